package hydrate

import (
	"container/list"
	"sync"
)

// cache keeps a number of values, the last used longest. Values are shared and must not change. It is safe for concurrent use.
type cache[V any] struct {
	mu      sync.Mutex
	limit   int
	entries map[string]*list.Element
	order   *list.List // of *kept[V], the last used first
}

type kept[V any] struct {
	key   string
	value V
}

func newCache[V any](limit int) *cache[V] {
	return &cache[V]{limit: limit, entries: map[string]*list.Element{}, order: list.New()}
}

// get is a value that was put.
func (c *cache[V]) get(key string) (V, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if e, ok := c.entries[key]; ok {
		if k, ok := e.Value.(*kept[V]); ok {
			c.order.MoveToFront(e)
			return k.value, true
		}
	}
	var none V
	return none, false
}

// put keeps a value.
func (c *cache[V]) put(key string, value V) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if e, ok := c.entries[key]; ok {
		c.order.Remove(e)
	}
	c.entries[key] = c.order.PushFront(&kept[V]{key: key, value: value})
	for c.order.Len() > c.limit {
		e := c.order.Back()
		c.order.Remove(e)
		if k, ok := e.Value.(*kept[V]); ok {
			delete(c.entries, k.key)
		}
	}
}
