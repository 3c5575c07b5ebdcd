package diag

import "unicode/utf8"

// Suggest is the candidate that is most likely meant by a misspelt word, or ""
// when none is near enough. Of equally near candidates the first counts, so
// callers pass them in a fixed order.
func Suggest(word string, candidates []string) string {
	length := utf8.RuneCountInString(word)
	best, bestDistance := "", min(1+(length+2)/3, length) // less than the whole word
	for _, c := range candidates {
		if c == word {
			continue
		}
		if d := distance([]rune(word), []rune(c)); d < bestDistance {
			best, bestDistance = c, d
		}
	}
	return best
}

// distance is the optimal string alignment distance: insertions, deletions,
// substitutions and swaps of neighbours cost one each. Letters that differ only
// in case cost nothing extra beyond the first.
func distance(a, b []rune) int {
	previous2, previous := make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range previous {
		previous[j] = j
	}
	for i := 1; i <= len(a); i++ {
		current := make([]int, len(b)+1)
		current[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			current[j] = min(previous[j]+1, current[j-1]+1, previous[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				current[j] = min(current[j], previous2[j-2]+1)
			}
		}
		previous2, previous = previous, current
	}
	return previous[len(b)]
}
