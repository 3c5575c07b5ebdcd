package rgd

import (
	"regexp"
	"testing"
)

// FuzzSpelling: each check agrees with the regular expression that kro or the API server documents.
func FuzzSpelling(f *testing.F) {
	for _, s := range []string{
		"", "a", "A", "9", "-", ".", "webApp", "web-app", "web.app", "a-", "-a", "a.-b", "a..b", ".a", "a.", "1a", "WebApp", "Web-App",
		"v1", "v", "v1alpha1", "v1beta", "v1gamma1", "v1alpha1x", "v12beta34", "V1", "v1 ", "ä", "a\n", "v1\n",
		"A23456789012345678901234567890123456789012345678901234567890123", "A234567890123456789012345678901234567890123456789012345678901234",
	} {
		f.Add(s)
	}
	checks := map[string]struct {
		is   func(string) bool
		want *regexp.Regexp
	}{
		"lower camel": {isLowerCamel, regexp.MustCompile(`^[a-z][a-zA-Z0-9]*$`)},
		"kind":        {isKind, regexp.MustCompile(`^[A-Z][a-zA-Z0-9]{0,62}$`)},
		"label":       {isLabel, regexp.MustCompile(`^[a-z]([-a-z0-9]*[a-z0-9])?$`)},
		"subdomain":   {isSubdomain, regexp.MustCompile(`^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$`)},
		"version":     {isVersion, regexp.MustCompile(`^v[0-9]+(alpha[0-9]+|beta[0-9]+)?$`)},
	}
	f.Fuzz(func(t *testing.T, s string) {
		for name, c := range checks {
			if got, want := c.is(s), c.want.MatchString(s); got != want {
				t.Errorf("%s %q: want %v, got %v", name, s, want, got)
			}
		}
	})
}
