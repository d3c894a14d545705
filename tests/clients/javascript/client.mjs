// Live Tail through the AWS SDK for JavaScript. The commands and answers are described in tests/clients/sdks/__init__.py.
// Region and credentials come from the environment, and so does the CA: NODE_EXTRA_CA_CERTS.
import { createInterface } from "node:readline";
import {
  CloudWatchLogsClient,
  CreateLogGroupCommand,
  CreateLogStreamCommand,
  GetLogEventsCommand,
  PutLogEventsCommand,
  StartLiveTailCommand,
  paginateFilterLogEvents,
} from "@aws-sdk/client-cloudwatch-logs";

// There is no variable for this in JavaScript: without it the SDK looks for stream-127.0.0.1.
const newClient = () => new CloudWatchLogsClient({ endpoint: process.argv[2], disableHostPrefix: true });
let logs = newClient();

const write = (value) => process.stdout.write(`${JSON.stringify(value)}\n`);
const fail = (error) => write({ error: { type: error.name, message: error.message } });

const commands = { CreateLogGroup: CreateLogGroupCommand, CreateLogStream: CreateLogStreamCommand, PutLogEvents: PutLogEventsCommand };

/** Reads a stream to its end; once it is closed, nothing more is said of it. */
async function follow(stream, client) {
  try {
    for await (const event of stream) {
      if (event.sessionStart) write({ event: "sessionStart", ...event.sessionStart });
      if (event.sessionUpdate) {
        const { sessionMetadata, sessionResults } = event.sessionUpdate;
        write({ event: "sessionUpdate", sampled: sessionMetadata.sampled, events: sessionResults });
      }
    }
    if (client === logs) write({ event: "end" });
  } catch (error) {
    if (client === logs) fail(error);
  }
}

async function filterLogEvents(input) {
  const result = { pages: 0, messages: [] };
  for await (const page of paginateFilterLogEvents({ client: logs }, input)) {
    result.pages += 1;
    result.messages.push(...page.events.map(({ message }) => message));
  }
  return result;
}

/** The SDK has no paginator for GetLogEvents: the end is where a token comes back as it was given. */
async function getLogEvents(input) {
  const result = { pages: 0, messages: [] };
  for (let token, given = null; token !== given; ) {
    given = token;
    const page = await logs.send(new GetLogEventsCommand({ ...input, startFromHead: true, nextToken: token }));
    result.pages += 1;
    result.messages.push(...page.events.map(({ message }) => message));
    token = page.nextForwardToken;
  }
  return result;
}

for await (const line of createInterface({ input: process.stdin })) {
  const { call, ...input } = JSON.parse(line);
  try {
    if (call === "Close") {
      // Leaving the loop over the stream would keep the connection open; only destroy() closes it.
      const closed = logs;
      logs = newClient();
      closed.destroy();
      write({ result: {} });
    } else if (call === "StartLiveTail") {
      follow((await logs.send(new StartLiveTailCommand(input))).responseStream, logs);
    } else if (call === "FilterLogEvents") {
      write({ result: await filterLogEvents(input) });
    } else if (call === "GetLogEvents") {
      write({ result: await getLogEvents(input) });
    } else {
      await logs.send(new commands[call](input));
      write({ result: {} });
    }
  } catch (error) {
    fail(error);
  }
}
process.exit(); // a stream that is still open keeps Node running
