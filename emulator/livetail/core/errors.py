"""The errors of the service, by AWS's own names.

The name of the class is the `__type` of the response. CloudWatch Logs sends every error with status 400, not 404 or
403; the exceptions to that have their own `status`.
"""


class ServiceError(Exception):
    """An error that the service sends instead of a result.

    Attributes:
        message: the text of the response; None where AWS sends none.
        code: the `__type` of the response.
        status: the HTTP status of the response.
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
    """The body is not JSON, or a member is of another type than in the model."""


class ResourceNotFoundException(ServiceError):
    """The specified resource does not exist."""


class ResourceAlreadyExistsException(ServiceError):
    """The specified resource already exists."""


class InvalidOperationException(ServiceError):
    """The operation is not valid on the specified resource."""


class LimitExceededException(ServiceError):
    """You have reached the maximum number of resources that can be created."""


class UnknownOperationException(ServiceError):
    """The service has no operation of this name, or the emulator does not have it."""


class RequestEntityTooLargeException(ServiceError):
    """The body is larger than any request that the service could accept."""

    status = 413


class InternalFailure(ServiceError):
    """Something failed inside the service."""

    status = 500


class MissingAuthenticationTokenException(ServiceError):
    """The request is not signed."""


class IncompleteSignatureException(ServiceError):
    """A part of the signature is missing or malformed."""


class UnrecognizedClientException(ServiceError):
    """The access key id is unknown."""


class InvalidSignatureException(ServiceError):
    """The signature is for another time, region, service or request, or was made with another secret."""
