package decision

import "strings"

// Identity is what an API server knows an object by, whatever its version.
type Identity struct {
	Namespace, Name, Group, Kind string
}

// ID is the identity as an inventory has it: namespace_name_group_kind.
func (i Identity) ID() string {
	return i.Namespace + "_" + i.Name + "_" + i.Group + "_" + i.Kind
}

// ParseID reads what [Identity.ID] wrote. Only a name can have underscores. Of another text it makes what it can.
func ParseID(id string) Identity {
	rest, kind := cutLast(id)
	rest, group := cutLast(rest)
	namespace, name, _ := strings.Cut(rest, "_")
	return Identity{Namespace: namespace, Name: name, Group: group, Kind: kind}
}

func cutLast(s string) (before, after string) {
	at := strings.LastIndexByte(s, '_')
	return s[:max(at, 0)], s[at+1:]
}
