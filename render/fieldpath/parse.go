package fieldpath

import (
	"fmt"
	"strconv"
	"strings"
)

// Parse reads what [Path.String] writes. Text that String would not have written, such
// as ["a"] for a or [01] for [1], is refused, so that a path has one spelling.
func Parse(text string) (Path, error) {
	var p Path
	for at := 0; at < len(text); {
		var size int
		var err error
		if text[at] == '[' {
			p, size, err = parseBracket(p, text[at:])
		} else {
			p, size, err = parsePlain(p, text[at:])
		}
		if err != nil {
			return Path{}, fmt.Errorf("path %q, byte %d: %w", text, at, err)
		}
		at += size
	}
	return p, nil
}

// parsePlain reads a key without quotes and, behind another element, the dot in front of it.
func parsePlain(p Path, text string) (Path, int, error) {
	start := 0
	if !p.IsRoot() {
		if text[0] != '.' {
			return p, 0, fmt.Errorf("want . or [, not %q", text[0])
		}
		start = 1
	}
	end := start
	for end < len(text) && plainByte(text[end]) {
		end++
	}
	if end == start {
		return p, 0, fmt.Errorf("a key is missing; other characters than letters, digits, _ and - need [\"…\"]")
	}
	return p.Key(text[start:end]), end, nil
}

// parseBracket reads ["key"] or [index].
func parseBracket(p Path, text string) (Path, int, error) {
	inside := text[1:]
	if strings.HasPrefix(inside, `"`) {
		quoted, err := strconv.QuotedPrefix(inside)
		if err != nil {
			return p, 0, fmt.Errorf("the quotes around a key are not closed")
		}
		key, err := strconv.Unquote(quoted)
		if err != nil || strconv.Quote(key) != quoted || plain(key) {
			return p, 0, fmt.Errorf("%s is not how the key %q is written", quoted, key)
		}
		if !strings.HasPrefix(inside[len(quoted):], "]") {
			return p, 0, fmt.Errorf("want ] behind %s", quoted)
		}
		return p.Key(key), len(quoted) + 2, nil
	}
	digits, _, closed := strings.Cut(inside, "]")
	index, err := strconv.Atoi(digits)
	if err != nil || !closed || index < 0 || strconv.Itoa(index) != digits {
		return p, 0, fmt.Errorf("want a position such as [0] or a key such as [\"a.b\"]")
	}
	return p.Index(index), len(digits) + 2, nil
}
