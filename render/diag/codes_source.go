package diag

func sourceCodes() []Definition {
	return nil
}
