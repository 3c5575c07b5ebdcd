package source

import (
	"sort"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/krowave/krowave/render/lazyregexp"
)

var yamlLine = lazyregexp.New(`^(?:yaml: )?(?:line (\d+): )?(.*)$`)

// problemText is the text of an error of the YAML library without its prefix, and its line number or 0.
func problemText(err error) (message string, line int) {
	m := yamlLine().FindStringSubmatch(strings.SplitN(err.Error(), "\n", 2)[0])
	if m == nil {
		return err.Error(), 0
	}
	line, convErr := strconv.Atoi(m[1])
	if convErr != nil {
		line = 0
	}
	return m[2], line
}

// searchable is the size up to which a broken document is read several times to find the broken line.
const searchable = 1 << 16

// syntax reports an error of the YAML library. The library names the line where the
// broken construct began, often one line off and sometimes none, so the line is looked for: it is the last
// line of the shortest beginning of the text that fails in the same way.
func (p *parser) syntax(text string, err error) {
	message, line := problemText(err)
	if len(text) <= searchable {
		lines := strings.SplitAfter(text, "\n")
		fails := func(n int) bool {
			failed := firstError(strings.Join(lines[:n], ""))
			if failed == nil {
				return false
			}
			got, _ := problemText(failed)
			return got == message
		}
		if n := 1 + sort.Search(len(lines), func(i int) bool { return fails(i + 1) }); n <= len(lines) {
			line = n
		}
	}
	first := p.file.lineOf(p.start) + 1
	at := first + max(line, 1) - 1
	content := p.file.LineText(at)
	start := p.file.offset(at, 1)
	p.report(Syntax, NewSpan(p.file, start+len(content)-len(strings.TrimLeft(content, " \t")), start+len(content)), message)
}

func firstError(text string) error {
	decoder := yaml.NewDecoder(strings.NewReader(text))
	for {
		var root yaml.Node
		if err := decode(decoder, &root); err != nil {
			if message, _ := problemText(err); message == "EOF" {
				return nil
			}
			return err
		}
	}
}
