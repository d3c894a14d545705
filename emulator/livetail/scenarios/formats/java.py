"""Logs of a Java service in Logback's usual layout; a stack trace is part of its event, as agents send it."""

from livetail.scenarios.formats.base import Format
from livetail.scenarios.timestamps import IsoTime
from livetail.scenarios.traffic import one_of, weighted

_LINES: tuple[tuple[str, str, str, int], ...] = weighted(
    (("INFO ", "c.e.shop.web.OrderController", "Order %d accepted", 90000), 24),
    (("INFO ", "c.e.shop.catalog.ProductService", "Product %d loaded from database", 4000), 24),
    (("DEBUG", "c.e.shop.cache.CacheManager", "Cache holds %d entries", 9000), 16),
    (("INFO ", "c.e.shop.mail.MailSender", "Confirmation %d queued", 90000), 14),
    (
        (
            "WARN ",
            "com.zaxxer.hikari.pool.HikariPool",
            "HikariPool-1 - Connection is not available, waited %d ms",
            30000,
        ),
        6,
    ),
    (("WARN ", "c.e.shop.payment.PaymentClient", "Payment %d is retried", 90000), 8),
    (("ERROR", "", "", 0), 8),
)
# Logger, message, exception, its frames, and the exception that caused it with its frames.
_FAILURES: tuple[tuple[str, str, str, tuple[str, ...], str, tuple[str, ...]], ...] = (
    (
        "c.e.shop.web.OrderController",
        "Order %d could not be placed",
        "com.example.shop.order.OrderException: Order %d was not stored",
        (
            "com.example.shop.order.OrderService.place(OrderService.java:87)",
            "com.example.shop.web.OrderController.create(OrderController.java:52)",
            "java.base/jdk.internal.reflect.DirectMethodHandleAccessor.invoke(DirectMethodHandleAccessor.java:103)",
            "java.base/java.lang.reflect.Method.invoke(Method.java:580)",
        ),
        "java.sql.SQLTransientConnectionException: HikariPool-1 - Connection is not available, request timed out",
        (
            "com.zaxxer.hikari.pool.HikariPool.createTimeoutException(HikariPool.java:686)",
            "com.zaxxer.hikari.pool.HikariPool.getConnection(HikariPool.java:179)",
            "com.example.shop.order.OrderRepository.save(OrderRepository.java:41)",
        ),
    ),
    (
        "c.e.shop.payment.PaymentClient",
        "Payment %d failed",
        "com.example.shop.payment.PaymentException: Provider did not answer for payment %d",
        (
            "com.example.shop.payment.PaymentClient.charge(PaymentClient.java:118)",
            "com.example.shop.order.OrderService.pay(OrderService.java:133)",
        ),
        "java.net.SocketTimeoutException: Read timed out",
        (
            "java.base/sun.nio.ch.NioSocketImpl.timedRead(NioSocketImpl.java:288)",
            "java.base/sun.nio.ch.NioSocketImpl.implRead(NioSocketImpl.java:314)",
            "java.base/java.net.Socket$SocketInputStream.read(Socket.java:1099)",
        ),
    ),
    (
        "c.e.shop.catalog.ProductService",
        "Product %d could not be rendered",
        'java.lang.NullPointerException: Cannot invoke "Product.price()" because "product" is null',
        (
            "com.example.shop.catalog.ProductView.render(ProductView.java:29)",
            "com.example.shop.catalog.ProductService.show(ProductService.java:64)",
            "java.base/java.util.stream.ReferencePipeline$3$1.accept(ReferencePipeline.java:197)",
            "java.base/java.lang.Thread.run(Thread.java:1583)",
        ),
        "",
        (),
    ),
)


class JavaFormat(Format):
    @staticmethod
    def make_time() -> IsoTime:
        return IsoTime(separator=" ", suffix="")

    def message(self, instant: int, stream: int) -> str:
        draw = self._random.random
        level, logger, text, largest = _LINES[int(draw() * len(_LINES))]
        head = f"{self._time(instant)} {level} [http-nio-8080-exec-{1 + int(draw() * 10)}]"
        if logger:
            return f"{head} {logger} - {text % (1 + int(draw() * largest))}"
        return f"{head} {self._failure(1 + int(draw() * 90_000))}"

    def _failure(self, number: int) -> str:
        logger, text, exception, frames, cause, cause_frames = one_of(self._random, _FAILURES)
        lines = [f"{logger} - {text % number}", exception % number if "%d" in exception else exception]
        lines += [f"\tat {frame}" for frame in frames]
        if cause:
            lines.append(f"Caused by: {cause}")
            lines += [f"\tat {frame}" for frame in cause_frames]
            lines.append(f"\t... {len(frames) + 18} common frames omitted")
        return "\n".join(lines)
