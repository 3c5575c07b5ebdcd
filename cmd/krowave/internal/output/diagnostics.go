package output

import "github.com/krowave/krowave/render/diag"

// Diagnostics are the problems of an input.
type Diagnostics struct {
	Header
	Items []Diagnostic `json:"items"`
}

// Diagnostic is one problem.
type Diagnostic struct {
	Code     string `json:"code"`
	Severity string `json:"severity"`
	Place
	Message string    `json:"message"`
	Hint    string    `json:"hint,omitempty"`
	Related []Related `json:"related,omitempty"`
}

// Related is another place that has to do with a problem.
type Related struct {
	Place
	Message string `json:"message"`
}

// NewDiagnostics is the document of a list.
func NewDiagnostics(list diag.List) Diagnostics {
	return Diagnostics{Header: header("Diagnostics"), Items: diagnostics(list)}
}

func diagnostics(list diag.List) []Diagnostic {
	items := make([]Diagnostic, len(list))
	for i, d := range list {
		items[i] = Diagnostic{Code: string(d.Code), Severity: d.Severity.String(), Place: PlaceOf(d.Span), Message: d.Message, Hint: d.Hint}
		for _, r := range d.Related {
			items[i].Related = append(items[i].Related, Related{Place: PlaceOf(r.Span), Message: r.Message})
		}
	}
	return items
}
