"""Logs of a Java service in Logback's usual layout; a stack trace is part of its event, as agents send it."""

from typing import Final

from livetail.scenarios.formats.base import Format, iso_time
from livetail.scenarios.traffic import one_of, weighted

_HIKARI: Final = "com.zaxxer.hikari.pool.HikariPool - HikariPool-1"

# Level, logger and message with a number, and the largest value of the number.
_LINES: tuple[tuple[str, str, int], ...] = weighted(
    (("INFO ", "c.e.shop.web.OrderController - Order %d accepted", 90000), 24),
    (("INFO ", "c.e.shop.catalog.ProductService - Product %d loaded from database", 4000), 24),
    (("DEBUG", "c.e.shop.cache.CacheManager - Cache holds %d entries", 9000), 16),
    (("INFO ", "c.e.shop.mail.MailSender - Confirmation %d queued", 90000), 14),
    (("WARN ", f"{_HIKARI} - Connection is not available, waited %d ms", 30000), 6),
    (("WARN ", "c.e.shop.payment.PaymentClient - Payment %d is retried", 90000), 8),
    (("ERROR", "", 90000), 8),
)
# What follows the thread of an ERROR.
_FAILURES: Final = (
    """c.e.shop.web.OrderController - Order %d could not be placed
com.example.shop.order.OrderException: Order %d was not stored
\tat com.example.shop.order.OrderService.place(OrderService.java:87)
\tat com.example.shop.web.OrderController.create(OrderController.java:52)
\tat java.base/jdk.internal.reflect.DirectMethodHandleAccessor.invoke(DirectMethodHandleAccessor.java:103)
\tat java.base/java.lang.reflect.Method.invoke(Method.java:580)
Caused by: java.sql.SQLTransientConnectionException: HikariPool-1 - Connection is not available, request timed out
\tat com.zaxxer.hikari.pool.HikariPool.createTimeoutException(HikariPool.java:686)
\tat com.zaxxer.hikari.pool.HikariPool.getConnection(HikariPool.java:179)
\tat com.example.shop.order.OrderRepository.save(OrderRepository.java:41)
\t... 22 common frames omitted""",
    """c.e.shop.payment.PaymentClient - Payment %d failed
com.example.shop.payment.PaymentException: Provider did not answer for payment %d
\tat com.example.shop.payment.PaymentClient.charge(PaymentClient.java:118)
\tat com.example.shop.order.OrderService.pay(OrderService.java:133)
Caused by: java.net.SocketTimeoutException: Read timed out
\tat java.base/sun.nio.ch.NioSocketImpl.timedRead(NioSocketImpl.java:288)
\tat java.base/sun.nio.ch.NioSocketImpl.implRead(NioSocketImpl.java:314)
\tat java.base/java.net.Socket$SocketInputStream.read(Socket.java:1099)
\t... 20 common frames omitted""",
    """c.e.shop.catalog.ProductService - Product %d could not be rendered
java.lang.NullPointerException: Cannot invoke "Product.price()" because "product" is null
\tat com.example.shop.catalog.ProductView.render(ProductView.java:29)
\tat com.example.shop.catalog.ProductService.show(ProductService.java:64)
\tat java.base/java.util.stream.ReferencePipeline$3$1.accept(ReferencePipeline.java:197)
\tat java.base/java.lang.Thread.run(Thread.java:1583)""",
)


class JavaFormat(Format):
    def message(self, instant: int, stream: int) -> str:
        draw = self._random.random
        level, text, largest = _LINES[int(draw() * len(_LINES))]
        time = iso_time(instant).replace("T", " ").removesuffix("Z")
        head = f"{time} {level} [http-nio-8080-exec-{1 + int(draw() * 10)}]"
        number = str(1 + int(draw() * largest))
        return f"{head} {(text or one_of(self._random, _FAILURES)).replace('%d', number)}"
