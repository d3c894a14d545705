// Many small calls through the AWS SDK for Go: `writes put|refused|tail URL CALLS`.
//
// The SDK closes the connection under a response whose body does not come with its head, and calls again: then a
// PutLogEvents is carried out twice. `put` sends one event with each call, with retries on; `refused` makes calls that
// are refused, with retries off; `tail` opens sessions and closes each 4 ms after its sessionStart. All print how many
// calls failed in another way.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs/types"
	"github.com/aws/smithy-go/middleware"
	smithyhttp "github.com/aws/smithy-go/transport/http"
)

const workers = 8

func main() {
	mode, url := os.Args[1], os.Args[2]
	calls, err := strconv.Atoi(os.Args[3])
	if err != nil {
		panic(err)
	}
	config := aws.Config{Region: "us-east-1", Credentials: credentials.NewStaticCredentialsProvider("test", "test", "")}
	client := cloudwatchlogs.NewFromConfig(config, func(o *cloudwatchlogs.Options) {
		o.BaseEndpoint = aws.String(url)
		if mode == "refused" {
			o.Retryer = aws.NopRetryer{}
		}
		o.APIOptions = append(o.APIOptions, func(stack *middleware.Stack) error {
			return stack.Initialize.Add(middleware.InitializeMiddlewareFunc("NoHostPrefix",
				func(ctx context.Context, in middleware.InitializeInput, next middleware.InitializeHandler) (
					middleware.InitializeOutput, middleware.Metadata, error,
				) {
					return next.HandleInitialize(smithyhttp.DisableEndpointHostPrefix(ctx, true), in)
				}), middleware.Before)
		})
	})
	numbers := make(chan int)
	var wait sync.WaitGroup
	var failed atomic.Int64
	for range workers {
		wait.Add(1)
		go func() {
			defer wait.Done()
			for number := range numbers {
				var err error
				switch mode {
				case "refused":
					err = refused(client)
				case "tail":
					err = tail(client)
				default:
					err = put(client, number)
				}
				if err != nil {
					failed.Add(1)
					fmt.Fprintln(os.Stderr, err)
				}
			}
		}()
	}
	for number := range calls {
		numbers <- number
	}
	close(numbers)
	wait.Wait()
	fmt.Println(failed.Load())
}

func put(client *cloudwatchlogs.Client, number int) error {
	_, err := client.PutLogEvents(context.Background(), &cloudwatchlogs.PutLogEventsInput{
		LogGroupName:  aws.String("/app/api"),
		LogStreamName: aws.String("web-1"),
		LogEvents: []types.InputLogEvent{{
			Timestamp: aws.Int64(time.Now().UnixMilli()),
			Message:   aws.String(strconv.Itoa(number)),
		}},
	})
	return err
}

func refused(client *cloudwatchlogs.Client) error {
	_, err := client.DescribeLogStreams(context.Background(), &cloudwatchlogs.DescribeLogStreamsInput{
		LogGroupName: aws.String("/none"),
	})
	var missing *types.ResourceNotFoundException
	if errors.As(err, &missing) {
		return nil
	}
	return fmt.Errorf("not refused as it should be: %w", err)
}

func tail(client *cloudwatchlogs.Client) error {
	answer, err := client.StartLiveTail(context.Background(), &cloudwatchlogs.StartLiveTailInput{
		LogGroupIdentifiers: []string{"arn:aws:logs:us-east-1:123456789012:log-group:/app/api"},
	})
	if err != nil {
		return err
	}
	stream := answer.GetStream()
	defer stream.Close()
	if _, open := <-stream.Events(); !open {
		return fmt.Errorf("no sessionStart: %w", stream.Err())
	}
	select {
	case _, open := <-stream.Events():
		if !open {
			return fmt.Errorf("the session has ended: %w", stream.Err())
		}
	case <-time.After(4 * time.Millisecond):
	}
	return nil
}
