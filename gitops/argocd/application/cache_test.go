package application

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"
)

// entry is the memory of an entry with a key of one letter.
const entry = overhead + 1 + 10

func TestCache(t *testing.T) {
	t.Parallel()
	type step struct {
		op    string // "put a", "put a 100", "get a"
		bytes int64
	}
	put := func(key string, bytes int64) step { return step{"put " + key, bytes} }
	get := func(key string) step { return step{op: "get " + key} }
	cases := map[string]struct {
		reason string
		limit  int64
		steps  []step
		want   []string // keys that are kept
		bytes  int64
	}{
		"fits":          {"what fits is kept", 2 * entry, []step{put("a", 10), put("b", 10)}, []string{"a", "b"}, 2 * entry},
		"oldest goes":   {"the one that was put first makes room", 2 * entry, []step{put("a", 10), put("b", 10), put("c", 10)}, []string{"b", "c"}, 2 * entry},
		"used stays":    {"use keeps an entry", 2 * entry, []step{put("a", 10), put("b", 10), get("a"), put("c", 10)}, []string{"a", "c"}, 2 * entry},
		"large evicts":  {"one large entry costs as many small ones as it needs", 3 * entry, []step{put("a", 10), put("b", 10), put("c", 10), put("d", 10+entry)}, []string{"c", "d"}, 3 * entry},
		"too large":     {"what is larger than all is not kept, and nothing goes for it", 2 * entry, []step{put("a", 10), put("b", 3*entry)}, []string{"a"}, entry},
		"replaced":      {"a key counts once", 2 * entry, []step{put("a", 10), put("a", 20)}, []string{"a"}, entry + 10},
		"outgrown":      {"a value that has become too large is not kept in its old form", 2 * entry, []step{put("a", 10), put("a", 3*entry)}, nil, 0},
		"keeps nothing": {"a limit below zero keeps nothing", -1, []step{put("a", 0)}, nil, 0},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newCache[string](tc.limit)
			for _, s := range tc.steps {
				op, key, _ := strings.Cut(s.op, " ")
				if op == "put" {
					c.put(key, key, s.bytes)
				} else if got, ok := c.get(key); !ok || got != key {
					t.Errorf("get %s: got %q, %t", key, got, ok)
				}
			}
			var got []string
			for _, key := range []string{"a", "b", "c", "d"} {
				if _, ok := c.get(key); ok {
					got = append(got, key)
				}
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("%s: -want +got\n%s", tc.reason, diff)
			}
			if got := c.size(); got != tc.bytes {
				t.Errorf("%s: %d bytes, want %d", tc.reason, got, tc.bytes)
			}
		})
	}
}

// TestOnce: callers with one key share what one of them makes, whether it is kept or not.
func TestOnce(t *testing.T) {
	t.Parallel()
	for _, limit := range []int64{-1, 1 << 20} {
		t.Run(fmt.Sprint(limit), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				c := newCache[int](limit)
				release := make(chan struct{})
				var calls, mine atomic.Int64
				for range 10 {
					go func() {
						v, made := c.once("key", func() (int, int64) {
							calls.Add(1)
							<-release
							return 7, 1
						})
						if v != 7 {
							t.Errorf("got %d, want 7", v)
						}
						if made {
							mine.Add(1)
						}
					}()
				}
				synctest.Wait() // one makes it, and all others wait for that
				close(release)
				synctest.Wait()
				if calls.Load() != 1 || mine.Load() != 1 {
					t.Errorf("made %d times, and %d callers made it; want 1 and 1", calls.Load(), mine.Load())
				}
				if _, kept := c.get("key"); kept != (limit > 0) {
					t.Errorf("kept: %t", kept)
				}
			})
		})
	}
}

// TestOncePanic: when making a value panics, the next caller makes it.
func TestOncePanic(t *testing.T) {
	t.Parallel()
	c := newCache[int](1 << 20)
	func() {
		defer func() {
			if recover() == nil {
				t.Error("the panic was swallowed")
			}
		}()
		c.once("key", func() (int, int64) {
			return len(strings.Repeat("", -1)), 1 // it panics
		})
	}()
	if v, made := c.once("key", func() (int, int64) { return 3, 1 }); v != 3 || !made {
		t.Errorf("got %d, %t, want 3, true", v, made)
	}
}

// TestCacheConcurrent: the bound holds, and the race detector finds nothing.
func TestCacheConcurrent(t *testing.T) {
	t.Parallel()
	const limit = 5 * entry
	c := newCache[int](limit)
	var group sync.WaitGroup
	for g := range 8 {
		group.Go(func() {
			for i := range 500 {
				key := string(rune('a' + (g+i)%7))
				if v, _ := c.once(key, func() (int, int64) { return int(key[0]), 10 }); v != int(key[0]) {
					t.Errorf("%s: got %d", key, v)
				}
				if c.size() > limit {
					t.Errorf("%d bytes, want at most %d", c.size(), limit)
				}
			}
		})
	}
	group.Wait()
	if keys := slices.Collect(func(yield func(string) bool) {
		for key := range c.entries {
			if !yield(key) {
				return
			}
		}
	}); len(keys) != 5 || len(c.flights) != 0 {
		t.Errorf("kept %q, and %d in flight; want 5 and none", keys, len(c.flights))
	}
}
