module scalescope/oracle/schema

go 1.25
