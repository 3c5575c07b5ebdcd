package output

// BuildVersion says which build the command is.
type BuildVersion struct {
	Header
	Version    string   `json:"version"`
	Revision   string   `json:"revision,omitempty"`
	Time       string   `json:"time,omitempty"`
	Modified   bool     `json:"modified,omitempty"`
	Go         string   `json:"go,omitempty"`
	Kro        string   `json:"kro"`
	Kubernetes []string `json:"kubernetes"`
}

// NewBuildVersion is the document of a version. A build that was not installed from
// a version is called "(devel)", as Go calls it.
func NewBuildVersion(version string) BuildVersion {
	if version == "" {
		version = "(devel)"
	}
	return BuildVersion{Header: header("Version"), Version: version}
}
