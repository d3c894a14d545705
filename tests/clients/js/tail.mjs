// Live Tail through the AWS SDK for JavaScript: `node tail.mjs http://127.0.0.1:PORT`, run by .ci/clients-js.
// The emulator has a manual clock and sessions of 60 seconds.
import assert from "node:assert/strict";
import {
  CloudWatchLogsClient,
  CreateLogGroupCommand,
  CreateLogStreamCommand,
  PutLogEventsCommand,
  StartLiveTailCommand,
} from "@aws-sdk/client-cloudwatch-logs";

const endpoint = process.argv[2];
const group = "/app/api";
const arn = `arn:aws:logs:us-east-1:123456789012:log-group:${group}`;
const midnight = Date.UTC(2026, 0, 1);
const logs = new CloudWatchLogsClient({
  endpoint,
  region: "us-east-1",
  credentials: { accessKeyId: "test", secretAccessKey: "test" },
  // There is no variable for this in JavaScript: without it the SDK looks for stream-127.0.0.1.
  disableHostPrefix: true,
});

async function control(method, path, body) {
  const answer = await fetch(`${endpoint}/_livetail${path}`, { method, body: body && JSON.stringify(body) });
  assert.equal(answer.status, 200, `${method} ${path}`);
  return answer.json();
}
const advance = (seconds) => control("POST", "/clock/advance", { seconds });
const put = (messages) => control("POST", "/events", { logGroup: group, logStream: "web-1", messages });

async function tail(filters = {}) {
  const answer = await logs.send(new StartLiveTailCommand({ logGroupIdentifiers: [arn], ...filters }));
  const events = answer.responseStream[Symbol.asyncIterator]();
  const { sessionStart } = (await events.next()).value;
  assert.equal(sessionStart.requestId, answer.$metadata.requestId);
  assert.deepEqual(sessionStart.logGroupIdentifiers, [arn]);
  return { events, sessionStart, update: async () => (await events.next()).value.sessionUpdate };
}

const flows = {
  async "errors of the request are typed"() {
    await assert.rejects(logs.send(new StartLiveTailCommand({ logGroupIdentifiers: [arn] })), {
      name: "ResourceNotFoundException",
      message: "The specified log group does not exist.",
    });
    await assert.rejects(logs.send(new StartLiveTailCommand({ logGroupIdentifiers: [group] })), {
      name: "InvalidParameterException",
      message: `The specified log group identifier is not a valid log group ARN: ${group}`,
    });
  },

  async "an update carries what was put"() {
    await logs.send(new CreateLogGroupCommand({ logGroupName: group }));
    await logs.send(new CreateLogStreamCommand({ logGroupName: group, logStreamName: "web-1" }));
    const { update, sessionStart } = await tail({ logEventFilterPattern: "ERROR" });
    assert.equal(sessionStart.logEventFilterPattern, "ERROR");
    assert.equal(sessionStart.logStreamNames, undefined);
    const logEvents = ["ERROR größe ☃", "fine"].map((message) => ({ timestamp: midnight, message }));
    await logs.send(new PutLogEventsCommand({ logGroupName: group, logStreamName: "web-1", logEvents }));
    await advance(2);
    assert.deepEqual(await update(), {
      sessionMetadata: { sampled: false },
      sessionResults: [
        {
          logStreamName: "web-1",
          logGroupIdentifier: `123456789012:${group}`,
          message: "ERROR größe ☃",
          timestamp: midnight,
          ingestionTime: midnight,
        },
      ],
    });
    assert.deepEqual((await update()).sessionResults, []);
  },

  async "500 of 2,000 are a sample in order"() {
    const { update } = await tail();
    await put(Array.from({ length: 2000 }, (_, number) => String(number)));
    await advance(1);
    const { sessionMetadata, sessionResults } = await update();
    assert.equal(sessionMetadata.sampled, true);
    const numbers = sessionResults.map(({ message }) => Number(message));
    assert.equal(new Set(numbers).size, 500);
    assert.deepEqual(numbers, numbers.toSorted((a, b) => a - b));
  },

  async "a session that is ended ends the loop"() {
    const { events, sessionStart } = await tail();
    await control("DELETE", `/sessions/${sessionStart.sessionId}`);
    assert.deepEqual(await events.next(), { value: undefined, done: true });
  },

  async "the timeout is thrown"() {
    const { events, update } = await tail();
    await advance(60);
    for (let second = 0; second < 60; second++) await update();
    await assert.rejects(events.next(), { name: "SessionTimeoutException", message: "Session timed out." });
  },

  async "a client that leaves frees its session"() {
    const answer = await logs.send(new StartLiveTailCommand({ logGroupIdentifiers: [arn] }));
    for await (const event of answer.responseStream) {
      assert.ok(event.sessionStart);
      break;
    }
    logs.destroy();
    const deadline = Date.now() + 10_000;
    while ((await control("GET", "/sessions")).sessions.length > 0) assert.ok(Date.now() < deadline);
  },
};

for (const [name, flow] of Object.entries(flows)) {
  await flow();
  console.log(`ok   ${name}`);
}
