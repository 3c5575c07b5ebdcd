package diag

func schemaCodes() []Definition {
	return nil
}
