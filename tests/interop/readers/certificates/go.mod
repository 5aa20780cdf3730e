module certificates

go 1.21
