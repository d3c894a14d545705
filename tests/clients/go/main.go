// Live Tail through the AWS SDK for Go. The commands and answers are described in tests/clients/sdks/__init__.py.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"io"
	"os"
	"reflect"
	"sync"
	"sync/atomic"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs/types"
	"github.com/aws/smithy-go"
	"github.com/aws/smithy-go/middleware"
	smithyhttp "github.com/aws/smithy-go/transport/http"
)

var ctx = context.Background()

// newClient makes a client that does not put stream- before the host: Go has neither an option nor a variable for that.
// Region, credentials and AWS_CA_BUNDLE come from the environment.
func newClient(endpoint string) (*cloudwatchlogs.Client, error) {
	loaded, err := config.LoadDefaultConfig(ctx)
	if err != nil {
		return nil, err
	}
	return cloudwatchlogs.NewFromConfig(loaded, func(o *cloudwatchlogs.Options) {
		o.BaseEndpoint = aws.String(endpoint)
		o.APIOptions = append(o.APIOptions, func(stack *middleware.Stack) error {
			return stack.Initialize.Add(middleware.InitializeMiddlewareFunc("NoHostPrefix",
				func(ctx context.Context, in middleware.InitializeInput, next middleware.InitializeHandler) (
					middleware.InitializeOutput, middleware.Metadata, error,
				) {
					return next.HandleInitialize(smithyhttp.DisableEndpointHostPrefix(ctx, true), in)
				}), middleware.Before)
		})
	}), nil
}

type object = map[string]any

// output writes one JSON object a line; the goroutine that reads a stream writes too.
type output struct {
	mutex   sync.Mutex
	encoder *json.Encoder
}

func (o *output) write(value object) {
	o.mutex.Lock()
	defer o.mutex.Unlock()
	if err := o.encoder.Encode(value); err != nil {
		panic(err)
	}
}

func (o *output) fail(err error) {
	o.write(object{"error": object{"type": typeOf(err), "message": err.Error()}})
}

// typeOf names the SDK's own class of an error; for an error that the model does not know, its code.
func typeOf(err error) string {
	var api smithy.APIError
	if !errors.As(err, &api) {
		return reflect.TypeOf(err).String()
	}
	if generic, ok := api.(*smithy.GenericAPIError); ok {
		return generic.Code
	}
	return reflect.TypeOf(api).Elem().Name()
}

// follow reads a stream to its end; once it is closed, nothing more is said of it.
func follow(stream *cloudwatchlogs.StartLiveTailEventStream, closed *atomic.Bool, out *output) {
	for event := range stream.Events() {
		switch event := event.(type) {
		case *types.StartLiveTailResponseStreamMemberSessionStart:
			start := event.Value
			out.write(object{
				"event": "sessionStart", "sessionId": start.SessionId, "requestId": start.RequestId,
				"logGroupIdentifiers": start.LogGroupIdentifiers, "logStreamNames": start.LogStreamNames,
				"logStreamNamePrefixes": start.LogStreamNamePrefixes, "logEventFilterPattern": start.LogEventFilterPattern,
			})
		case *types.StartLiveTailResponseStreamMemberSessionUpdate:
			events := []object{}
			for _, logEvent := range event.Value.SessionResults {
				events = append(events, object{
					"logGroupIdentifier": logEvent.LogGroupIdentifier, "logStreamName": logEvent.LogStreamName,
					"message": logEvent.Message, "timestamp": logEvent.Timestamp, "ingestionTime": logEvent.IngestionTime,
				})
			}
			out.write(object{"event": "sessionUpdate", "sampled": event.Value.SessionMetadata.Sampled, "events": events})
		}
	}
	if closed.Load() {
		return
	}
	if err := stream.Err(); err != nil {
		out.fail(err)
		return
	}
	out.write(object{"event": "end"})
}

func call(logs *cloudwatchlogs.Client, name string, line []byte, out *output) (*cloudwatchlogs.StartLiveTailEventStream, error) {
	switch name {
	case "CreateLogGroup":
		var input cloudwatchlogs.CreateLogGroupInput
		json.Unmarshal(line, &input)
		_, err := logs.CreateLogGroup(ctx, &input)
		return nil, err
	case "CreateLogStream":
		var input cloudwatchlogs.CreateLogStreamInput
		json.Unmarshal(line, &input)
		_, err := logs.CreateLogStream(ctx, &input)
		return nil, err
	case "PutLogEvents":
		var input cloudwatchlogs.PutLogEventsInput
		json.Unmarshal(line, &input)
		_, err := logs.PutLogEvents(ctx, &input)
		return nil, err
	case "StartLiveTail":
		var input cloudwatchlogs.StartLiveTailInput
		json.Unmarshal(line, &input)
		answer, err := logs.StartLiveTail(ctx, &input)
		if err != nil {
			return nil, err
		}
		return answer.GetStream(), nil
	}
	panic("no such call: " + name)
}

// read goes through the pages of FilterLogEvents or GetLogEvents with the SDK's paginator.
func read(logs *cloudwatchlogs.Client, name string, line []byte) (object, error) {
	pages, messages := 0, []string{}
	if name == "FilterLogEvents" {
		var input cloudwatchlogs.FilterLogEventsInput
		json.Unmarshal(line, &input)
		for paginator := cloudwatchlogs.NewFilterLogEventsPaginator(logs, &input); paginator.HasMorePages(); pages++ {
			page, err := paginator.NextPage(ctx)
			if err != nil {
				return nil, err
			}
			for _, event := range page.Events {
				messages = append(messages, *event.Message)
			}
		}
	} else {
		var input cloudwatchlogs.GetLogEventsInput
		json.Unmarshal(line, &input)
		input.StartFromHead = aws.Bool(true)
		stop := func(o *cloudwatchlogs.GetLogEventsPaginatorOptions) { o.StopOnDuplicateToken = true }
		for paginator := cloudwatchlogs.NewGetLogEventsPaginator(logs, &input, stop); paginator.HasMorePages(); pages++ {
			page, err := paginator.NextPage(ctx)
			if err != nil {
				return nil, err
			}
			for _, event := range page.Events {
				messages = append(messages, *event.Message)
			}
		}
	}
	return object{"pages": pages, "messages": messages}, nil
}

func main() {
	out := &output{encoder: json.NewEncoder(os.Stdout)}
	logs, err := newClient(os.Args[1])
	if err != nil {
		panic(err)
	}
	var stream *cloudwatchlogs.StartLiveTailEventStream
	var closed *atomic.Bool
	reader := bufio.NewReader(os.Stdin)
	for {
		line, err := reader.ReadBytes('\n')
		if err == io.EOF {
			return
		}
		var command struct{ Call string }
		json.Unmarshal(line, &command)
		switch command.Call {
		case "Close":
			closed.Store(true)
			stream.Close()
			out.write(object{"result": object{}})
		case "FilterLogEvents", "GetLogEvents":
			if result, err := read(logs, command.Call, line); err != nil {
				out.fail(err)
			} else {
				out.write(object{"result": result})
			}
		default:
			opened, err := call(logs, command.Call, line, out)
			if err != nil {
				out.fail(err)
			} else if opened != nil {
				stream, closed = opened, &atomic.Bool{}
				go follow(stream, closed, out)
			} else {
				out.write(object{"result": object{}})
			}
		}
	}
}
