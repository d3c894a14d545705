// Many small calls through the AWS SDK for Go: `writes put|refused URL CALLS`.
//
// The SDK closes the connection under a response whose body does not come with its head, and calls again: then a
// PutLogEvents is carried out twice. `put` sends one event with each call, with retries on; `refused` makes calls that
// are refused, with retries off, and prints how many failed in another way.
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
				if mode == "refused" {
					err = refused(client)
				} else {
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
