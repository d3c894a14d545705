import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.async.SdkPublisher;
import software.amazon.awssdk.core.client.config.SdkAdvancedClientOption;
import software.amazon.awssdk.http.async.SdkAsyncHttpClient;
import software.amazon.awssdk.http.crt.AwsCrtAsyncHttpClient;
import software.amazon.awssdk.http.nio.netty.NettyNioAsyncHttpClient;
import software.amazon.awssdk.services.cloudwatchlogs.CloudWatchLogsAsyncClient;
import software.amazon.awssdk.services.cloudwatchlogs.model.FilterLogEventsRequest;
import software.amazon.awssdk.services.cloudwatchlogs.model.GetLogEventsRequest;
import software.amazon.awssdk.services.cloudwatchlogs.model.InputLogEvent;
import software.amazon.awssdk.services.cloudwatchlogs.model.LiveTailSessionLogEvent;
import software.amazon.awssdk.services.cloudwatchlogs.model.LiveTailSessionStart;
import software.amazon.awssdk.services.cloudwatchlogs.model.LiveTailSessionUpdate;
import software.amazon.awssdk.services.cloudwatchlogs.model.StartLiveTailRequest;
import software.amazon.awssdk.services.cloudwatchlogs.model.StartLiveTailResponse;
import software.amazon.awssdk.services.cloudwatchlogs.model.StartLiveTailResponseHandler;
import software.amazon.awssdk.services.cloudwatchlogs.model.StartLiveTailResponseStream;

/**
 * Live Tail through the AWS SDK for Java. The commands and answers are described in tests/clients/sdks/__init__.py.
 * The first argument names the HTTP client, netty or crt. Region and credentials come from the environment, and the
 * truststore from javax.net.ssl.trustStore.
 */
public final class Client {
    private static final ObjectMapper JSON = new ObjectMapper();

    /** Only the asynchronous client has StartLiveTail. The option keeps stream- from being put before the host. */
    private static CloudWatchLogsAsyncClient newClient(String http, String endpoint) {
        SdkAsyncHttpClient.Builder<?> builder =
                http.equals("crt") ? AwsCrtAsyncHttpClient.builder() : NettyNioAsyncHttpClient.builder();
        return CloudWatchLogsAsyncClient.builder()
                .endpointOverride(URI.create(endpoint))
                .httpClientBuilder(builder)
                .overrideConfiguration(c -> c.putAdvancedOption(
                        SdkAdvancedClientOption.DISABLE_HOST_PREFIX_INJECTION, true))
                .build();
    }

    private static synchronized void write(Object value) {
        try {
            System.out.println(JSON.writeValueAsString(value));
        } catch (Exception error) {
            throw new IllegalStateException(error);
        }
    }

    private static void fail(Throwable error) {
        Throwable cause = error instanceof CompletionException && error.getCause() != null ? error.getCause() : error;
        String type = cause.getClass().getSimpleName();
        if (cause instanceof AwsServiceException service && type.equals("CloudWatchLogsException")) {
            type = service.awsErrorDetails().errorCode(); // the model has no class for it
        }
        write(Map.of("error", Map.of("type", type, "message", String.valueOf(cause.getMessage()))));
    }

    /** One StartLiveTail: writes what comes until it is over, or until it is closed. */
    private static final class Tail implements StartLiveTailResponseHandler {
        private CompletableFuture<Void> whole;
        private volatile boolean over;

        void start(CloudWatchLogsAsyncClient logs, StartLiveTailRequest request) {
            whole = logs.startLiveTail(request, this);
            whole.whenComplete((nothing, error) -> {
                if (!over) {
                    over = true;
                    if (error != null) {
                        fail(error);
                    } else {
                        write(Map.of("event", "end"));
                    }
                }
            });
        }

        void close() {
            over = true;
            whole.cancel(true); // cancelling the subscription would do, but not with the CRT client
        }

        @Override
        public void responseReceived(StartLiveTailResponse response) {}

        @Override
        public void exceptionOccurred(Throwable error) {}

        @Override
        public void complete() {}

        @Override
        public void onEventStream(SdkPublisher<StartLiveTailResponseStream> publisher) {
            publisher.subscribe(new Subscriber<>() {
                @Override
                public void onSubscribe(Subscription given) {
                    given.request(Long.MAX_VALUE);
                }

                @Override
                public void onNext(StartLiveTailResponseStream event) {
                    if (over) {
                        return;
                    }
                    if (event instanceof LiveTailSessionStart start) {
                        write(started(start));
                    } else if (event instanceof LiveTailSessionUpdate update) {
                        write(updated(update));
                    }
                }

                @Override
                public void onError(Throwable error) {}

                @Override
                public void onComplete() {}
            });
        }
    }

    private static Map<String, Object> started(LiveTailSessionStart start) {
        Map<String, Object> value = new LinkedHashMap<>();
        value.put("event", "sessionStart");
        value.put("sessionId", start.sessionId());
        value.put("requestId", start.requestId());
        value.put("logGroupIdentifiers", start.logGroupIdentifiers());
        value.put("logStreamNames", start.logStreamNames());
        value.put("logStreamNamePrefixes", start.logStreamNamePrefixes());
        value.put("logEventFilterPattern", start.logEventFilterPattern());
        return value;
    }

    private static Map<String, Object> updated(LiveTailSessionUpdate update) {
        List<Map<String, Object>> events = new ArrayList<>();
        for (LiveTailSessionLogEvent event : update.sessionResults()) {
            events.add(Map.of(
                    "logGroupIdentifier", event.logGroupIdentifier(), "logStreamName", event.logStreamName(),
                    "message", event.message(), "timestamp", event.timestamp(), "ingestionTime", event.ingestionTime()));
        }
        return Map.of("event", "sessionUpdate", "sampled", update.sessionMetadata().sampled(), "events", events);
    }

    private static List<String> texts(JsonNode node) {
        List<String> found = new ArrayList<>();
        node.forEach(text -> found.add(text.asText()));
        return found;
    }

    private static String text(JsonNode input, String name) {
        return input.hasNonNull(name) ? input.get(name).asText() : null;
    }

    private static StartLiveTailRequest liveTail(JsonNode input) {
        StartLiveTailRequest.Builder request = StartLiveTailRequest.builder()
                .logGroupIdentifiers(texts(input.path("logGroupIdentifiers")))
                .logEventFilterPattern(text(input, "logEventFilterPattern"));
        if (input.has("logStreamNames")) {
            request.logStreamNames(texts(input.get("logStreamNames")));
        }
        if (input.has("logStreamNamePrefixes")) {
            request.logStreamNamePrefixes(texts(input.get("logStreamNamePrefixes")));
        }
        return request.build();
    }

    private static CompletableFuture<?> putLogEvents(CloudWatchLogsAsyncClient logs, JsonNode input) {
        List<InputLogEvent> events = new ArrayList<>();
        input.get("logEvents").forEach(event -> events.add(InputLogEvent.builder()
                .timestamp(event.get("timestamp").asLong())
                .message(event.get("message").asText())
                .build()));
        return logs.putLogEvents(r -> r.logGroupName(text(input, "logGroupName"))
                .logStreamName(text(input, "logStreamName"))
                .logEvents(events));
    }

    private static Map<String, Object> pagesOfFilterLogEvents(CloudWatchLogsAsyncClient logs, JsonNode input) {
        List<String> messages = new ArrayList<>();
        int[] pages = {0};
        FilterLogEventsRequest.Builder request =
                FilterLogEventsRequest.builder().logGroupName(text(input, "logGroupName"));
        if (input.has("limit")) {
            request.limit(input.get("limit").asInt());
        }
        logs.filterLogEventsPaginator(request.build())
                .subscribe(page -> {
                    pages[0]++;
                    page.events().forEach(event -> messages.add(event.message()));
                })
                .join();
        return Map.of("pages", pages[0], "messages", messages);
    }

    /** The SDK's paginator of GetLogEvents does not stop: the end is where a token comes back as it was given. */
    private static Map<String, Object> pagesOfGetLogEvents(CloudWatchLogsAsyncClient logs, JsonNode input) {
        List<String> messages = new ArrayList<>();
        GetLogEventsRequest.Builder request = GetLogEventsRequest.builder()
                .logGroupName(text(input, "logGroupName"))
                .logStreamName(text(input, "logStreamName"))
                .limit(input.get("limit").asInt())
                .startFromHead(true);
        String given = null;
        for (int pages = 1; ; pages++) {
            var page = logs.getLogEvents(request.nextToken(given).build()).join();
            page.events().forEach(event -> messages.add(event.message()));
            if (page.nextForwardToken().equals(given)) {
                return Map.of("pages", pages, "messages", messages);
            }
            given = page.nextForwardToken();
        }
    }

    public static void main(String[] arguments) throws Exception {
        CloudWatchLogsAsyncClient logs = newClient(arguments[0], arguments[1]);
        Tail tail = null;
        var lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line; (line = lines.readLine()) != null; ) {
            JsonNode input = JSON.readTree(line);
            String group = text(input, "logGroupName");
            Object result = Map.of();
            try {
                switch (input.get("call").asText()) {
                    case "CreateLogGroup" -> logs.createLogGroup(r -> r.logGroupName(group)).join();
                    case "CreateLogStream" -> logs.createLogStream(
                            r -> r.logGroupName(group).logStreamName(text(input, "logStreamName"))).join();
                    case "PutLogEvents" -> putLogEvents(logs, input).join();
                    case "FilterLogEvents" -> result = pagesOfFilterLogEvents(logs, input);
                    case "GetLogEvents" -> result = pagesOfGetLogEvents(logs, input);
                    case "StartLiveTail" -> {
                        tail = new Tail();
                        tail.start(logs, liveTail(input));
                        continue;
                    }
                    case "Close" -> tail.close();
                    default -> throw new IllegalArgumentException(line);
                }
                write(Map.of("result", result));
            } catch (CompletionException error) {
                fail(error);
            }
        }
        System.exit(0);
    }
}
