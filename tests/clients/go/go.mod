module livetail.example/tail

go 1.23
