package diag

func expressionCodes() []Definition {
	return nil
}
