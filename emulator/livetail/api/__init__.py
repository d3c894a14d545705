"""The operations: what a request must look like, and what each of them does.

A good request is decoded by msgspec straight into a struct of `shapes`; one that is not good goes through
`validation`, which walks the same structs, finds every fault and words it as AWS does. Each operation is one function
of a context and such a struct; the table `operation.OPERATIONS` has them all.
"""
