package output

import (
	"net/url"
	"path/filepath"
	"slices"
	"strings"

	"github.com/krowave/krowave/render/diag"
)

const (
	sarifVersion = "2.1.0"
	sarifSchema  = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
	home         = "https://github.com/krowave/krowave"
	codesPage    = home + "/blob/main/docs/reference/diagnostics.md#"
)

// SARIF is a log of the Static Analysis Results Interchange Format 2.1.0, as far as we use it.
type SARIF struct {
	Schema  string     `json:"$schema"`
	Version string     `json:"version"`
	Runs    []sarifRun `json:"runs"`
}

type sarifRun struct {
	Tool       sarifTool     `json:"tool"`
	ColumnKind string        `json:"columnKind"`
	Results    []sarifResult `json:"results"`
}

type sarifTool struct {
	Driver sarifDriver `json:"driver"`
}

type sarifDriver struct {
	Name           string      `json:"name"`
	Version        string      `json:"version,omitempty"`
	InformationURI string      `json:"informationUri"`
	Rules          []sarifRule `json:"rules"`
}

type sarifRule struct {
	ID               string    `json:"id"`
	ShortDescription sarifText `json:"shortDescription"`
	HelpURI          string    `json:"helpUri"`
}

type sarifText struct {
	Text string `json:"text"`
}

type sarifResult struct {
	RuleID           string          `json:"ruleId"`
	RuleIndex        int             `json:"ruleIndex"`
	Level            string          `json:"level"`
	Message          sarifText       `json:"message"`
	Locations        []sarifLocation `json:"locations,omitempty"`
	RelatedLocations []sarifLocation `json:"relatedLocations,omitempty"`
}

type sarifLocation struct {
	ID               int           `json:"id,omitempty"`
	PhysicalLocation sarifPhysical `json:"physicalLocation"`
	Message          *sarifText    `json:"message,omitempty"`
}

type sarifPhysical struct {
	ArtifactLocation sarifArtifact `json:"artifactLocation"`
	Region           *sarifRegion  `json:"region,omitempty"`
}

type sarifArtifact struct {
	URI string `json:"uri"`
}

type sarifRegion struct {
	StartLine   int `json:"startLine"`
	StartColumn int `json:"startColumn"`
	EndLine     int `json:"endLine"`
	EndColumn   int `json:"endColumn"`
}

// NewSARIF is the log of a list. The rules are those that the list has problems of.
func NewSARIF(list diag.List, version string) SARIF {
	run := sarifRun{
		Tool:       sarifTool{sarifDriver{Name: "krowave", Version: version, InformationURI: home, Rules: []sarifRule{}}},
		ColumnKind: "unicodeCodePoints",
		Results:    []sarifResult{},
	}
	rules := rulesOf(list)
	run.Tool.Driver.Rules = append(run.Tool.Driver.Rules, rules...)
	for _, d := range diagnostics(list) {
		text := d.Message
		if d.Hint != "" {
			text += "\nhint: " + d.Hint
		}
		result := sarifResult{
			RuleID: d.Code, Level: d.Severity, Message: sarifText{text},
			RuleIndex: slices.IndexFunc(rules, func(r sarifRule) bool { return r.ID == d.Code }),
		}
		if d.File != "" {
			result.Locations = []sarifLocation{{PhysicalLocation: physical(d.Place)}}
		}
		for i, r := range d.Related {
			if r.File != "" {
				result.RelatedLocations = append(result.RelatedLocations, sarifLocation{ID: i + 1, PhysicalLocation: physical(r.Place), Message: &sarifText{r.Message}})
			}
		}
		run.Results = append(run.Results, result)
	}
	return SARIF{Schema: sarifSchema, Version: sarifVersion, Runs: []sarifRun{run}}
}

// rulesOf are the codes that occur in a list, in the order of their names.
func rulesOf(list diag.List) []sarifRule {
	var rules []sarifRule
	for _, d := range diag.Definitions() {
		if slices.ContainsFunc(list, func(l diag.Diagnostic) bool { return l.Code == d.Code }) {
			rules = append(rules, sarifRule{ID: string(d.Code), ShortDescription: sarifText{d.Title}, HelpURI: codesPage + strings.ToLower(string(d.Code))})
		}
	}
	return rules
}

func physical(p Place) sarifPhysical {
	uri := url.URL{Path: filepath.ToSlash(p.File)}
	if filepath.IsAbs(p.File) {
		uri.Scheme = "file"
	}
	at := sarifPhysical{ArtifactLocation: sarifArtifact{uri.String()}}
	if p.Line > 0 {
		at.Region = &sarifRegion{StartLine: p.Line, StartColumn: p.Column, EndLine: p.EndLine, EndColumn: p.EndColumn}
	}
	return at
}
