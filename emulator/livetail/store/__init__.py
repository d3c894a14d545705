"""What has been ingested, per account and region: log groups, streams and events."""
