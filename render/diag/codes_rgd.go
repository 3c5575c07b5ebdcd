package diag

func rgdCodes() []Definition {
	return nil
}
