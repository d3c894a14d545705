// Live Tail through the AWS SDK for Kotlin. The commands and answers are described in tests/clients/sdks/__init__.py.
// Region and credentials come from the environment, and the truststore from javax.net.ssl.trustStore.

import aws.sdk.kotlin.services.cloudwatchlogs.CloudWatchLogsClient
import aws.sdk.kotlin.services.cloudwatchlogs.createLogGroup
import aws.sdk.kotlin.services.cloudwatchlogs.createLogStream
import aws.sdk.kotlin.services.cloudwatchlogs.getLogEvents
import aws.sdk.kotlin.services.cloudwatchlogs.model.FilterLogEventsRequest
import aws.sdk.kotlin.services.cloudwatchlogs.model.InputLogEvent
import aws.sdk.kotlin.services.cloudwatchlogs.model.StartLiveTailRequest
import aws.sdk.kotlin.services.cloudwatchlogs.model.StartLiveTailResponseStream
import aws.sdk.kotlin.services.cloudwatchlogs.paginators.filterLogEventsPaginated
import aws.sdk.kotlin.services.cloudwatchlogs.putLogEvents
import aws.smithy.kotlin.runtime.ServiceException
import aws.smithy.kotlin.runtime.client.ProtocolRequestInterceptorContext
import aws.smithy.kotlin.runtime.http.interceptors.HttpInterceptor
import aws.smithy.kotlin.runtime.http.request.HttpRequest
import aws.smithy.kotlin.runtime.http.request.toBuilder
import aws.smithy.kotlin.runtime.net.url.Url
import com.fasterxml.jackson.databind.JsonNode
import com.fasterxml.jackson.databind.ObjectMapper
import kotlin.system.exitProcess
import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.Job
import kotlinx.coroutines.cancelAndJoin
import kotlinx.coroutines.launch
import kotlinx.coroutines.runBlocking

private val json = ObjectMapper()

/** Takes the prefix `stream-` off the host again: Kotlin has neither an option nor a variable for that. */
private class NoHostPrefix(private val endpoint: String) : HttpInterceptor {
    override suspend fun modifyBeforeSigning(context: ProtocolRequestInterceptorContext<Any, HttpRequest>): HttpRequest {
        val request = context.protocolRequest.toBuilder()
        request.url.host = Url.parse(endpoint).host
        return request.build()
    }
}

@Synchronized
private fun write(value: Any) = println(json.writeValueAsString(value))

private fun fail(error: Throwable) {
    val name = error::class.simpleName
    val code = (error as? ServiceException)?.sdkErrorMetadata?.errorCode
    val type = if (name == "CloudWatchLogsException") code ?: name else name
    write(mapOf("error" to mapOf("type" to type, "message" to error.message)))
}

private fun texts(node: JsonNode?): List<String>? = node?.map { it.asText() }

private fun liveTail(input: JsonNode) = StartLiveTailRequest {
    logGroupIdentifiers = texts(input["logGroupIdentifiers"])
    logStreamNames = texts(input["logStreamNames"])
    logStreamNamePrefixes = texts(input["logStreamNamePrefixes"])
    logEventFilterPattern = input["logEventFilterPattern"]?.asText()
}

/** Reads a stream to its end. */
private suspend fun follow(logs: CloudWatchLogsClient, request: StartLiveTailRequest) {
    try {
        logs.startLiveTail(request) { answer ->
            answer.responseStream!!.collect { event ->
                when (event) {
                    is StartLiveTailResponseStream.SessionStart -> event.value.let {
                        write(mapOf(
                            "event" to "sessionStart", "sessionId" to it.sessionId, "requestId" to it.requestId,
                            "logGroupIdentifiers" to it.logGroupIdentifiers, "logStreamNames" to it.logStreamNames,
                            "logStreamNamePrefixes" to it.logStreamNamePrefixes,
                            "logEventFilterPattern" to it.logEventFilterPattern,
                        ))
                    }
                    is StartLiveTailResponseStream.SessionUpdate -> write(mapOf(
                        "event" to "sessionUpdate",
                        "sampled" to event.value.sessionMetadata?.sampled,
                        "events" to event.value.sessionResults.orEmpty().map {
                            mapOf(
                                "logGroupIdentifier" to it.logGroupIdentifier, "logStreamName" to it.logStreamName,
                                "message" to it.message, "timestamp" to it.timestamp, "ingestionTime" to it.ingestionTime,
                            )
                        },
                    ))
                    else -> {}
                }
            }
        }
        write(mapOf("event" to "end"))
    } catch (closed: CancellationException) {
        throw closed
    } catch (error: Throwable) {
        fail(error)
    }
}

private suspend fun pagesOfFilterLogEvents(logs: CloudWatchLogsClient, input: JsonNode): Map<String, Any> {
    val messages = mutableListOf<String?>()
    var pages = 0
    val request = FilterLogEventsRequest {
        logGroupName = input["logGroupName"].asText()
        limit = input["limit"]?.asInt()
    }
    logs.filterLogEventsPaginated(request).collect { page ->
        pages += 1
        page.events.orEmpty().mapTo(messages) { it.message }
    }
    return mapOf("pages" to pages, "messages" to messages)
}

/** The SDK's paginator of GetLogEvents does not stop: the end is where a token comes back as it was given. */
private suspend fun pagesOfGetLogEvents(logs: CloudWatchLogsClient, input: JsonNode): Map<String, Any> {
    val messages = mutableListOf<String?>()
    var pages = 0
    var given: String? = null
    while (true) {
        val page = logs.getLogEvents {
            logGroupName = input["logGroupName"].asText()
            logStreamName = input["logStreamName"].asText()
            limit = input["limit"].asInt()
            startFromHead = true
            nextToken = given
        }
        pages += 1
        page.events.orEmpty().mapTo(messages) { it.message }
        if (page.nextForwardToken == given) return mapOf("pages" to pages, "messages" to messages)
        given = page.nextForwardToken
    }
}

private suspend fun call(logs: CloudWatchLogsClient, input: JsonNode): Any {
    val group = input["logGroupName"].asText()
    when (val name = input["call"].asText()) {
        "CreateLogGroup" -> logs.createLogGroup { logGroupName = group }
        "CreateLogStream" -> logs.createLogStream {
            logGroupName = group
            logStreamName = input["logStreamName"].asText()
        }
        "PutLogEvents" -> logs.putLogEvents {
            logGroupName = group
            logStreamName = input["logStreamName"].asText()
            logEvents = input["logEvents"].map { InputLogEvent {
                timestamp = it["timestamp"].asLong()
                message = it["message"].asText()
            } }
        }
        "FilterLogEvents" -> return pagesOfFilterLogEvents(logs, input)
        "GetLogEvents" -> return pagesOfGetLogEvents(logs, input)
        else -> error("no such call: $name")
    }
    return emptyMap<String, Any>()
}

private suspend fun serve(endpoint: String) {
    val logs = CloudWatchLogsClient.fromEnvironment {
        endpointUrl = Url.parse(endpoint)
        interceptors += NoHostPrefix(endpoint)
    }
    val scope = CoroutineScope(Dispatchers.Default)
    var following: Job? = null
    for (line in generateSequence(::readLine)) {
        val input = json.readTree(line)
        try {
            when (input["call"].asText()) {
                "StartLiveTail" -> following = scope.launch { follow(logs, liveTail(input)) }
                "Close" -> {
                    following?.cancelAndJoin()
                    write(mapOf("result" to emptyMap<String, Any>()))
                }
                else -> write(mapOf("result" to call(logs, input)))
            }
        } catch (error: Exception) {
            fail(error)
        }
    }
}

fun main(arguments: Array<String>) {
    runBlocking { serve(arguments[0]) }
    exitProcess(0) // a stream that is still open keeps the JVM running
}
