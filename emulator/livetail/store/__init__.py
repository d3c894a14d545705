"""What has been ingested, per account and region: log groups, streams and events; and the rules of PutLogEvents."""
