package diag

// Codes of the delivery by Argo CD.
const (
	WaveContradiction Code = "ARG001" // a sync wave that contradicts the graph
	WaveNumber        Code = "ARG002" // a sync wave that is not a whole number
	WavePhase         Code = "ARG003" // a hook that waits for something of a later phase
)

func argocdCodes() []Definition {
	return []Definition{
		{WaveContradiction, "a sync wave that contradicts the graph"},
		{WaveNumber, "a sync wave that is not a whole number"},
		{WavePhase, "a hook that waits for something of a later phase"},
	}
}
