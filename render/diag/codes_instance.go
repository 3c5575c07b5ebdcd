package diag

func instanceCodes() []Definition {
	return nil
}
