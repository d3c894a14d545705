"""The same script, played through every AWS SDK: `pytest -m clients`.

Each SDK has a small program under `tests/clients/<language>/` that somebody could start from. A program takes the
endpoint as its only argument, reads commands from stdin and writes what its SDK gave to stdout, both as one JSON object
a line. The commands are the operations of CloudWatch Logs, with their parameters as AWS names them:

    {"call": "CreateLogGroup", "logGroupName": …}
    {"call": "CreateLogStream", "logGroupName": …, "logStreamName": …}
    {"call": "PutLogEvents", "logGroupName": …, "logStreamName": …, "logEvents": [{"timestamp": …, "message": …}]}
    {"call": "FilterLogEvents", "logGroupName": …, "limit": 2}      through the SDK's paginator, to its end
    {"call": "GetLogEvents", "logGroupName": …, "logStreamName": …, "limit": 2}      likewise, from the oldest event
    {"call": "StartLiveTail", "logGroupIdentifiers": [arn], …}
    {"call": "Close"}      closes the stream that is open, as the SDK's users do; nothing more is said of it

and the answers:

    {"result": {}}                                  CreateLogGroup, CreateLogStream, PutLogEvents, Close
    {"result": {"pages": 3, "messages": […]}}       FilterLogEvents, GetLogEvents
    {"event": "sessionStart", "sessionId": …, "requestId": …, "logGroupIdentifiers": […], …}      AWS's members
    {"event": "sessionUpdate", "sampled": false, "events": [{"logGroupIdentifier": …, …}]}
    {"message": …}                                  instead of the two above, from `aws`, which prints messages only
    {"event": "end"}                                the stream ended, and the SDK said nothing of an error
    {"error": {"type": "ResourceNotFoundException", "message": …}}

`type` is the name of the class that the SDK raises or returns, or the code where it has no class for it. After `end` or
`error` the program takes the next command. A program ends when its stdin does.
"""
