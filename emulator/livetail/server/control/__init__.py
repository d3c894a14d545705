"""The control plane: JSON over HTTP below `/_livetail`, one file for each resource.

A file holds the shapes of its JSON, the functions that carry its requests out, and its rows of the table of routes.
`table` puts the rows together; the application, the OpenAPI document and the documentation are made from that table.
"""
