"""The errors of the service, by AWS's own names.

ServiceError
 ├─ InvalidParameterException
 ├─ ValidationException
 ├─ SerializationException
 ├─ ResourceNotFoundException
 ├─ ResourceAlreadyExistsException
 ├─ InvalidOperationException
 ├─ OperationAbortedException
 ├─ LimitExceededException
 ├─ ThrottlingException
 ├─ AccessDeniedException
 ├─ UnknownOperationException
 ├─ RequestEntityTooLargeException
 └─ InternalFailure

The name of the class is the `__type` of the answer. Every error of CloudWatch Logs answers HTTP 400, not 404 or 403;
the exceptions to that carry their own `status`. Errors of the credentials are in `livetail.wire.signatures`, beside the
check.
"""

__all__ = [
    "AccessDeniedException",
    "InternalFailure",
    "InvalidOperationException",
    "InvalidParameterException",
    "LimitExceededException",
    "OperationAbortedException",
    "RequestEntityTooLargeException",
    "ResourceAlreadyExistsException",
    "ResourceNotFoundException",
    "SerializationException",
    "ServiceError",
    "ThrottlingException",
    "UnknownOperationException",
    "ValidationException",
]


class ServiceError(Exception):
    """An error that the service answers a request with.

    Attributes:
        message: the text of the answer; None where AWS sends none.
        code: the `__type` of the answer.
        status: the HTTP status of the answer.
    """

    status = 400

    def __init__(self, message: str | None = None) -> None:
        super().__init__(message)
        self.message = message

    @property
    def code(self) -> str:
        return type(self).__name__


class InvalidParameterException(ServiceError):
    """A parameter is specified incorrectly."""


class ValidationException(ServiceError):
    """One of the parameters for the request is not valid (a few newer checks use this code)."""


class SerializationException(ServiceError):
    """The body is not JSON, or a member is of another type than the model says."""


class ResourceNotFoundException(ServiceError):
    """The specified resource does not exist."""


class ResourceAlreadyExistsException(ServiceError):
    """The specified resource already exists."""


class InvalidOperationException(ServiceError):
    """The operation is not valid on the specified resource."""


class OperationAbortedException(ServiceError):
    """Multiple concurrent requests to update the same resource were in conflict."""


class LimitExceededException(ServiceError):
    """You have reached the maximum number of resources that can be created."""


class ThrottlingException(ServiceError):
    """The request was throttled because of quota limits."""


class AccessDeniedException(ServiceError):
    """You don't have sufficient permissions to perform this action."""


class UnknownOperationException(ServiceError):
    """The service has no operation of this name, or the emulator has none."""


class RequestEntityTooLargeException(ServiceError):
    """The body is larger than any request that the service could accept."""

    status = 413


class InternalFailure(ServiceError):
    """Something failed inside the service."""

    status = 500
