package application

import (
	"container/list"
	"sync"
)

// cache keeps values by their keys as long as they fit, the last used longest. Values are shared and must not
// change. It is safe for concurrent use.
type cache[V any] struct {
	mu      sync.Mutex
	limit   int64
	bytes   int64
	entries map[string]*list.Element
	order   *list.List // of *kept[V], the last used first
	flights map[string]*flight[V]
}

type kept[V any] struct {
	key   string
	value V
	bytes int64
}

// flight is a value that is being made.
type flight[V any] struct {
	done  chan struct{}
	made  bool // false when making it panicked
	value V
}

// overhead is what an entry costs besides its value, roughly.
const overhead = 256

// newCache keeps a number of bytes; a limit that is not positive keeps nothing.
func newCache[V any](limit int64) *cache[V] {
	return &cache[V]{limit: limit, entries: map[string]*list.Element{}, order: list.New(), flights: map[string]*flight[V]{}}
}

// get is the value of a key.
func (c *cache[V]) get(key string) (V, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.found(key)
}

// found is the value of a key. The lock is held.
func (c *cache[V]) found(key string) (V, bool) {
	var none V
	e, ok := c.entries[key]
	if !ok {
		return none, false
	}
	c.order.MoveToFront(e)
	k, ok := e.Value.(*kept[V])
	if !ok {
		return none, false
	}
	return k.value, true
}

// put keeps a value of a size. What is larger than the whole cache is not kept.
func (c *cache[V]) put(key string, value V, bytes int64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.drop(c.entries[key])
	bytes += int64(len(key)) + overhead
	if bytes > c.limit {
		return
	}
	c.entries[key] = c.order.PushFront(&kept[V]{key: key, value: value, bytes: bytes})
	for c.bytes += bytes; c.bytes > c.limit; {
		c.drop(c.order.Back())
	}
}

// drop forgets an entry. The lock is held.
func (c *cache[V]) drop(e *list.Element) {
	if e == nil {
		return
	}
	if k, ok := c.order.Remove(e).(*kept[V]); ok {
		c.bytes -= k.bytes
		delete(c.entries, k.key)
	}
}

// size is the number of bytes that are kept.
func (c *cache[V]) size() int64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.bytes
}

// once is the value of a key, made by the function if there is none. Callers with the same key at the same time share
// what one of them makes. Made reports that it was this one.
func (c *cache[V]) once(key string, produce func() (value V, bytes int64)) (value V, made bool) {
	for {
		c.mu.Lock()
		if v, ok := c.found(key); ok {
			c.mu.Unlock()
			return v, false
		}
		f, flying := c.flights[key]
		if !flying {
			f = &flight[V]{done: make(chan struct{})}
			c.flights[key] = f
		}
		c.mu.Unlock()
		if !flying {
			return c.fly(key, f, produce), true
		}
		<-f.done
		if f.made {
			return f.value, false
		}
	}
}

// fly makes the value of a flight. When that panics those who wait try themselves.
func (c *cache[V]) fly(key string, f *flight[V], produce func() (V, int64)) V {
	defer func() {
		c.mu.Lock()
		delete(c.flights, key)
		c.mu.Unlock()
		close(f.done)
	}()
	value, bytes := produce()
	f.value, f.made = value, true
	c.put(key, value, bytes)
	return value
}
