package diag

func objectCodes() []Definition {
	return nil
}
