package emit

import (
	"cmp"
	"slices"
)

// level is the part of an object that a map is: it decides which keys come first.
type level uint8

const (
	atObject   level = iota // the object itself
	atMetadata              // the metadata of the object
	below                   // everything else
)

// under is the level of the map that stands under a key.
func (l level) under(key string) level {
	if l == atObject && key == "metadata" {
		return atMetadata
	}
	return below
}

// open puts the keys of a map on the stack, in the order in which they are written, and
// tells where they begin. They lie there until close; maps opened in between lie above them.
func (e *encoder) open(m map[string]any, l level) int {
	start := len(e.keys)
	for key := range m {
		e.keys = append(e.keys, key)
	}
	switch keys := e.keys[start:]; l {
	case atObject:
		slices.SortFunc(keys, func(a, b string) int { return cmp.Or(cmp.Compare(objectRank(a), objectRank(b)), cmp.Compare(a, b)) })
	case atMetadata:
		slices.SortFunc(keys, func(a, b string) int { return cmp.Or(cmp.Compare(metadataRank(a), metadataRank(b)), cmp.Compare(a, b)) })
	case below:
		slices.Sort(keys)
	}
	return start
}

func (e *encoder) close(start int) { e.keys = e.keys[:start] }

func objectRank(key string) int {
	switch key {
	case "apiVersion":
		return 0
	case "kind":
		return 1
	case "metadata":
		return 2
	}
	return 3
}

func metadataRank(key string) int {
	switch key {
	case "name":
		return 0
	case "generateName":
		return 1
	case "namespace":
		return 2
	case "labels":
		return 3
	case "annotations":
		return 4
	}
	return 5
}
