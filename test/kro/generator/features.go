package generator

import "slices"

// feature marks that a case uses a part of the language. The set of all of them is the union
// of what the tables of this package can produce: Features lists it.
type feature string

// recorder collects the features of one case.
type recorder map[feature]bool

func (r recorder) use(f feature) { r[f] = true }

func (r recorder) sorted() []string {
	all := make([]string, 0, len(r))
	for f := range r {
		all = append(all, string(f))
	}
	slices.Sort(all)
	return all
}

// Features are all features that some case uses, for suites that check that they do.
func Features() []string {
	r := recorder{}
	for _, table := range formTable() {
		for _, f := range table {
			r.use(f.feature)
		}
	}
	for _, t := range templateTable() {
		r.use(t.feature)
	}
	for _, f := range fieldTable() {
		r.use(f.feature)
	}
	for _, list := range [][]feature{
		markerFeatures(), nodeFeatures(), externalFeatures(), statusFeatures(), worldFeatures(), iterationFeatures(), valueFeatures(),
	} {
		for _, f := range list {
			r.use(f)
		}
	}
	return r.sorted()
}
