package archive

// Limits bound what an archive may cost. A field that is 0 or less has its value of DefaultLimits.
type Limits struct {
	// Compressed is the number of bytes of an archive as sent.
	Compressed int64
	// Uncompressed is the number of bytes of an archive after decompression, with what is not kept.
	Uncompressed int64
	// File is the number of bytes of one file of YAML or JSON. A larger one stays in the tree without content.
	File int64
	// Kept is the number of bytes that a tree may hold in memory. Files that are neither YAML nor JSON stay without
	// content where the tree would come to hold more than half of it.
	Kept int64
	// Entries is the number of entries of an archive: files, directories and links, with those that are not kept.
	Entries int
	// NameBytes is the number of bytes of an entry's name, and of a link's target.
	NameBytes int
}

// DefaultLimits are limits that repositories of usual size stay far below.
func DefaultLimits() Limits {
	return Limits{
		Compressed:   256 << 20,
		Uncompressed: 1 << 30,
		File:         16 << 20,
		Kept:         1216 << 20,
		Entries:      250_000,
		NameBytes:    4096,
	}
}

// WithDefaults is the limits with those of DefaultLimits where a field is 0 or less.
func (l Limits) WithDefaults() Limits {
	d := DefaultLimits()
	l.Compressed = or(l.Compressed, d.Compressed)
	l.Uncompressed = or(l.Uncompressed, d.Uncompressed)
	l.File = or(l.File, d.File)
	l.Kept = or(l.Kept, d.Kept)
	l.Entries = or(l.Entries, d.Entries)
	l.NameBytes = or(l.NameBytes, d.NameBytes)
	return l
}

func or[T int | int64](value, byDefault T) T {
	if value <= 0 {
		return byDefault
	}
	return value
}
