"""A session as the control plane shows it."""

from livetail.control_shapes import EndedSessionInfo, SessionInfo
from livetail.live.session import Ending, Session
from livetail.server.tail_writer import Client


def session_info(session: Session, client: Client | None) -> SessionInfo:
    """The session now; `client` is None before its response begins."""
    subscription, counters = session.subscription, session.counters
    streams, prefixes = subscription.log_stream_names, subscription.log_stream_name_prefixes
    return {
        "sessionId": session.session_id,
        "requestId": session.request_id,
        "state": session.state.value,
        "startedAt": session.started_at,
        "logGroupIdentifiers": list(subscription.log_group_identifiers),
        "logStreamNames": None if streams is None else list(streams),
        "logStreamNamePrefixes": None if prefixes is None else list(prefixes),
        "logEventFilterPattern": subscription.log_event_filter_pattern,
        "httpVersion": None if client is None else client.http_version,
        "userAgent": None if client is None else client.user_agent,
        "counters": {
            "updates": counters.updates,
            "matched": counters.matched,
            "delivered": counters.delivered,
            "sampledOut": counters.sampled_out,
            "droppedUpdates": counters.dropped_updates,
            "droppedEvents": counters.dropped_events,
            "bufferedUpdates": counters.buffered_updates,
            "bufferedEvents": counters.buffered_events,
            "pendingEvents": counters.pending_events,
            "bytes": counters.bytes,
        },
    }


def ended_session_info(session: Session, client: Client, ended_at: int) -> EndedSessionInfo:
    """The session when it has ended; `ended_at` is in epoch milliseconds."""
    return {**session_info(session, client), "endedAt": ended_at, "endedBy": session.ended_by or Ending.CLIENT}
