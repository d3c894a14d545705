// Live Tail through the AWS SDK for Go: `tail http://127.0.0.1:PORT`, run by .ci/clients-go.
// The emulator has a manual clock and sessions of 60 seconds.
package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"slices"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs/types"
	"github.com/aws/smithy-go/middleware"
	smithyhttp "github.com/aws/smithy-go/transport/http"
)

const (
	group    = "/app/api"
	arn      = "arn:aws:logs:us-east-1:123456789012:log-group:" + group
	midnight = 1_767_225_600_000
)

var (
	endpoint = os.Args[1]
	ctx      = context.Background()
	logs     = newClient()
)

// newClient makes a client that does not put stream- before the host; Go has no option and no variable for that.
func newClient() *cloudwatchlogs.Client {
	config := aws.Config{
		Region:      "us-east-1",
		Credentials: credentials.NewStaticCredentialsProvider("test", "test", ""),
	}
	return cloudwatchlogs.NewFromConfig(config, func(o *cloudwatchlogs.Options) {
		o.BaseEndpoint = aws.String(endpoint)
		o.APIOptions = append(o.APIOptions, func(stack *middleware.Stack) error {
			return stack.Initialize.Add(middleware.InitializeMiddlewareFunc("NoHostPrefix",
				func(ctx context.Context, in middleware.InitializeInput, next middleware.InitializeHandler) (
					middleware.InitializeOutput, middleware.Metadata, error,
				) {
					return next.HandleInitialize(smithyhttp.DisableEndpointHostPrefix(ctx, true), in)
				}), middleware.Before)
		})
	})
}

func check(holds bool, format string, values ...any) {
	if !holds {
		panic(fmt.Sprintf(format, values...))
	}
}

func succeed(err error) { check(err == nil, "%v", err) }

func control(method, path string, body any) map[string]any {
	sent, err := json.Marshal(body)
	succeed(err)
	request, err := http.NewRequest(method, endpoint+"/_livetail"+path, bytes.NewReader(sent))
	succeed(err)
	answer, err := http.DefaultClient.Do(request)
	succeed(err)
	defer answer.Body.Close()
	check(answer.StatusCode == 200, "%s %s: %s", method, path, answer.Status)
	var decoded map[string]any
	succeed(json.NewDecoder(answer.Body).Decode(&decoded))
	return decoded
}

func advance(seconds float64) { control("POST", "/clock/advance", map[string]any{"seconds": seconds}) }

func put(messages []string) {
	control("POST", "/events", map[string]any{"logGroup": group, "logStream": "web-1", "messages": messages})
}

func start(input cloudwatchlogs.StartLiveTailInput) (*cloudwatchlogs.StartLiveTailOutput, error) {
	if input.LogGroupIdentifiers == nil {
		input.LogGroupIdentifiers = []string{arn}
	}
	return logs.StartLiveTail(ctx, &input)
}

// tail opens a session and reads its sessionStart.
func tail(input cloudwatchlogs.StartLiveTailInput) (*cloudwatchlogs.StartLiveTailEventStream, types.LiveTailSessionStart) {
	output, err := start(input)
	succeed(err)
	stream := output.GetStream()
	started, ok := (<-stream.Events()).(*types.StartLiveTailResponseStreamMemberSessionStart)
	check(ok, "the first event is no sessionStart")
	check(slices.Equal(started.Value.LogGroupIdentifiers, []string{arn}), "%v", started.Value.LogGroupIdentifiers)
	return stream, started.Value
}

func update(stream *cloudwatchlogs.StartLiveTailEventStream) types.LiveTailSessionUpdate {
	updated, ok := (<-stream.Events()).(*types.StartLiveTailResponseStreamMemberSessionUpdate)
	check(ok, "no sessionUpdate: %v", stream.Err())
	return updated.Value
}

func errorsOfTheRequestAreTyped() {
	_, err := start(cloudwatchlogs.StartLiveTailInput{})
	var notFound *types.ResourceNotFoundException
	check(errors.As(err, &notFound), "%v", err)
	check(notFound.ErrorMessage() == "The specified log group does not exist.", "%v", err)
	_, err = start(cloudwatchlogs.StartLiveTailInput{LogGroupIdentifiers: []string{group}})
	var invalid *types.InvalidParameterException
	check(errors.As(err, &invalid), "%v", err)
}

func anUpdateCarriesWhatWasPut() {
	_, err := logs.CreateLogGroup(ctx, &cloudwatchlogs.CreateLogGroupInput{LogGroupName: aws.String(group)})
	succeed(err)
	_, err = logs.CreateLogStream(ctx, &cloudwatchlogs.CreateLogStreamInput{
		LogGroupName: aws.String(group), LogStreamName: aws.String("web-1"),
	})
	succeed(err)
	stream, started := tail(cloudwatchlogs.StartLiveTailInput{LogEventFilterPattern: aws.String("ERROR")})
	defer stream.Close()
	check(aws.ToString(started.LogEventFilterPattern) == "ERROR", "%v", started.LogEventFilterPattern)
	_, err = logs.PutLogEvents(ctx, &cloudwatchlogs.PutLogEventsInput{
		LogGroupName: aws.String(group), LogStreamName: aws.String("web-1"),
		LogEvents: []types.InputLogEvent{
			{Timestamp: aws.Int64(midnight), Message: aws.String("ERROR größe ☃")},
			{Timestamp: aws.Int64(midnight), Message: aws.String("fine")},
		},
	})
	succeed(err)
	advance(2)
	results := update(stream).SessionResults
	check(len(results) == 1, "%v", results)
	check(aws.ToString(results[0].Message) == "ERROR größe ☃", "%v", aws.ToString(results[0].Message))
	check(aws.ToString(results[0].LogGroupIdentifier) == "123456789012:"+group, "%v", results[0].LogGroupIdentifier)
	check(aws.ToInt64(results[0].IngestionTime) == midnight, "%v", aws.ToInt64(results[0].IngestionTime))
	check(len(update(stream).SessionResults) == 0, "the second update is not empty")
}

func fiveHundredOf2000AreASampleInOrder() {
	stream, _ := tail(cloudwatchlogs.StartLiveTailInput{})
	defer stream.Close()
	messages := make([]string, 2000)
	for number := range messages {
		messages[number] = strconv.Itoa(number)
	}
	put(messages)
	advance(1)
	sample := update(stream)
	check(sample.SessionMetadata.Sampled, "the update is not marked as sampled")
	check(len(sample.SessionResults) == 500, "%d", len(sample.SessionResults))
	last := -1
	for _, result := range sample.SessionResults {
		number, err := strconv.Atoi(aws.ToString(result.Message))
		succeed(err)
		check(number > last, "%d comes behind %d", number, last)
		last = number
	}
}

func aSessionThatIsEndedClosesTheChannel() {
	stream, started := tail(cloudwatchlogs.StartLiveTailInput{})
	defer stream.Close()
	control("DELETE", "/sessions/"+aws.ToString(started.SessionId), nil)
	_, open := <-stream.Events()
	check(!open, "there is another event")
	succeed(stream.Err())
}

func theTimeoutIsTheErrorOfTheStream() {
	stream, _ := tail(cloudwatchlogs.StartLiveTailInput{})
	defer stream.Close()
	advance(60)
	updates := 0
	for range stream.Events() {
		updates++
	}
	check(updates == 60, "%d updates", updates)
	var timeout *types.SessionTimeoutException
	check(errors.As(stream.Err(), &timeout), "%v", stream.Err())
	check(timeout.ErrorMessage() == "Session timed out.", "%v", timeout)
}

func aClientThatLeavesFreesItsSession() {
	stream, _ := tail(cloudwatchlogs.StartLiveTailInput{})
	succeed(stream.Close())
	deadline := time.Now().Add(10 * time.Second)
	for len(control("GET", "/sessions", nil)["sessions"].([]any)) > 0 {
		check(time.Now().Before(deadline), "the session is still open")
	}
}

func main() {
	for _, flow := range []struct {
		name string
		run  func()
	}{
		{"errors of the request are typed", errorsOfTheRequestAreTyped},
		{"an update carries what was put", anUpdateCarriesWhatWasPut},
		{"500 of 2,000 are a sample in order", fiveHundredOf2000AreASampleInOrder},
		{"a session that is ended closes the channel", aSessionThatIsEndedClosesTheChannel},
		{"the timeout is the error of the stream", theTimeoutIsTheErrorOfTheStream},
		{"a client that leaves frees its session", aClientThatLeavesFreesItsSession},
	} {
		flow.run()
		fmt.Println("ok  ", flow.name)
	}
}
