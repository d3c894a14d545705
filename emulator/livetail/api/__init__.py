"""The operations: what a request must look like, and what each of them does.

A valid request is decoded by msgspec straight into a struct of `shapes`. One that is not valid goes through `lenient`,
which reads what AWS's front end would read, and names every broken constraint in AWS's words. Each operation is one
function of a context and such a struct: see `service.OPERATIONS`.
"""
