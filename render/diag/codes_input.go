package diag

func inputCodes() []Definition {
	return nil
}
