package diag

func graphCodes() []Definition {
	return nil
}
