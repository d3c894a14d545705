// A page that tails with the AWS SDK for JavaScript, as somebody's own log viewer would.

import { CloudWatchLogsClient, StartLiveTailCommand } from "@aws-sdk/client-cloudwatch-logs";

globalThis.tail = async (endpoint, arn) => {
  const client = new CloudWatchLogsClient({
    endpoint,
    region: "us-east-1",
    credentials: { accessKeyId: "test", secretAccessKey: "test" },
    disableHostPrefix: true,
  });
  const response = await client.send(new StartLiveTailCommand({ logGroupIdentifiers: [arn] }));
  for await (const event of response.responseStream) {
    globalThis.opened ||= "sessionStart" in event;
    const messages = event.sessionUpdate?.sessionResults.map((result) => result.message) ?? [];
    if (messages.length) return messages;
  }
  return "the stream ended";
};

globalThis.refused = async (endpoint) => {
  const client = new CloudWatchLogsClient({ endpoint, region: "us-east-1", credentials: { accessKeyId: "a", secretAccessKey: "b" }, disableHostPrefix: true });
  try {
    await client.send(new StartLiveTailCommand({ logGroupIdentifiers: ["arn:aws:logs:us-east-1:123456789012:log-group:/none"] }));
  } catch (error) {
    return error.name;
  }
};
