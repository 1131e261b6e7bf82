package sqs

import (
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"sync"
	"time"

	_ "modernc.org/sqlite" // the driver
)

const schema = `
create table if not exists message (
	seq      integer primary key,
	record   blob not null,
	received integer not null default 0
) strict;
create table if not exists duplicate (
	queue   text not null,
	id      text not null,
	seq     integer not null,
	message text not null,
	expires integer not null,
	primary key (queue, id)
) strict, without rowid;
create table if not exists last (id integer primary key check (id = 1), seq integer not null) strict;
insert or ignore into last values (1, 0);`

const (
	sqlPut          = `insert into message (seq, record) values (?, ?)`
	sqlLast         = `update last set seq = max(seq, ?)`
	sqlRemove       = `delete from message where seq = ?`
	sqlReceived     = `update message set received = ? where seq = ?`
	sqlRemember     = `insert or replace into duplicate (queue, id, seq, message, expires) values (?, ?, ?, ?, ?)`
	sqlForgetBefore = `delete from duplicate where expires <= ?`
)

// gather is how long a write that no caller waits for may wait to share a transaction.
const gather = 100 * time.Millisecond

// store writes in one goroutine and in the order in which writes were handed over; all that wait share a transaction.
//
// The file is in WAL mode with synchronous=NORMAL: what is committed survives the end of the process however it came; the
// machine losing power may take the last moments, but never the file. A second process is refused.
type store struct {
	db         *sql.DB
	statements map[string]*sql.Stmt

	mu      sync.Mutex
	pending []write
	lost    error
	closing bool

	wanted    chan struct{}
	gathering chan struct{}
	finished  chan struct{}
}

// write is one change; done, if any, is told when it is stored or has failed, in the order of the writes.
type write struct {
	apply func(*tx) error
	done  func(error)
}

func openStore(path string) (*store, error) {
	dsn := "file:" + (&url.URL{Path: path}).EscapedPath() +
		"?_pragma=busy_timeout(500)&_pragma=locking_mode(EXCLUSIVE)&_pragma=journal_mode(WAL)&_pragma=synchronous(NORMAL)"
	db, err := sql.Open("sqlite", dsn)
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(1)
	if _, err := db.Exec(schema); err != nil {
		return nil, errors.Join(fmt.Errorf("create tables: %w", err), db.Close())
	}
	s := &store{
		db: db, statements: make(map[string]*sql.Stmt),
		wanted: make(chan struct{}, 1), gathering: make(chan struct{}, 1), finished: make(chan struct{}),
	}
	for _, text := range []string{sqlPut, sqlLast, sqlRemove, sqlReceived, sqlRemember, sqlForgetBefore} {
		stmt, err := db.Prepare(text)
		if err != nil {
			return nil, errors.Join(fmt.Errorf("prepare %q: %w", text, err), db.Close())
		}
		s.statements[text] = stmt
	}
	go s.run()
	return s, nil
}

// now hands over a write that somebody waits for.
func (s *store) now(apply func(*tx) error, done func(error)) {
	s.enqueue(write{apply, done})
	s.want()
}

// want has what is pending written at once.
func (s *store) want() {
	select {
	case s.wanted <- struct{}{}:
	default:
	}
}

// later hands over a write that nobody waits for. Losing it to kill -9 must only mean that something is done again.
func (s *store) later(apply func(*tx) error) {
	s.enqueue(write{apply: apply})
	select {
	case s.gathering <- struct{}{}:
	default:
	}
}

func (s *store) enqueue(w write) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.pending = append(s.pending, w)
}

func (s *store) run() {
	defer close(s.finished)
	var waited <-chan time.Time // for the writes that nobody waits for; nil if there are none
	for {
		select {
		case <-s.wanted:
		case <-waited:
		case <-s.gathering:
			if waited == nil {
				waited = time.After(gather)
			}
			continue
		}
		waited = nil
		s.mu.Lock()
		batch, closing := s.pending, s.closing
		s.pending = nil
		s.mu.Unlock()
		switch {
		case len(batch) > 0:
			s.write(batch)
			if closing {
				s.want()
			}
		case closing:
			return
		}
	}
}

func (s *store) write(batch []write) {
	err := s.commit(batch)
	if err != nil {
		s.mu.Lock()
		s.lost = errors.Join(s.lost, err)
		s.mu.Unlock()
	}
	for _, w := range batch {
		if w.done != nil {
			w.done(err)
		}
	}
}

func (s *store) commit(batch []write) error {
	t, err := s.db.Begin()
	if err != nil {
		return fmt.Errorf("begin: %w", err)
	}
	for _, w := range batch {
		if err := w.apply(&tx{t, s.statements}); err != nil {
			return errors.Join(err, t.Rollback())
		}
	}
	if err := t.Commit(); err != nil {
		return fmt.Errorf("commit: %w", err)
	}
	return nil
}

// close writes what is pending. Its error includes every write that was lost.
func (s *store) close() error {
	s.mu.Lock()
	s.closing = true
	s.mu.Unlock()
	s.want()
	<-s.finished
	return errors.Join(s.lost, s.db.Close())
}

// each reads the whole store and answers the highest sequence number ever given.
func (s *store) each(
	eachMessage func(seq int64, received int, r record), eachDuplicate func(queue, id string, d duplicate),
) (last int64, err error) {
	rows, err := s.db.Query(`select seq, received, record from message order by seq`)
	if err != nil {
		return 0, fmt.Errorf("read messages: %w", err)
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		var seq int64
		var received int
		var raw []byte
		var r record
		if err := rows.Scan(&seq, &received, &raw); err != nil {
			return 0, fmt.Errorf("read message: %w", err)
		}
		if err := json.Unmarshal(raw, &r); err != nil {
			return 0, fmt.Errorf("decode message %d: %w", seq, err)
		}
		eachMessage(seq, received, r)
	}
	if err := rows.Err(); err != nil {
		return 0, fmt.Errorf("read messages: %w", err)
	}
	if err := s.eachDuplicate(eachDuplicate); err != nil {
		return 0, fmt.Errorf("read deduplication ids: %w", err)
	}
	if err := s.db.QueryRow(`select seq from last`).Scan(&last); err != nil {
		return 0, fmt.Errorf("read last sequence number: %w", err)
	}
	return last, nil
}

func (s *store) eachDuplicate(each func(queue, id string, d duplicate)) (err error) {
	rows, err := s.db.Query(`select queue, id, seq, message, expires from duplicate`)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		var queue, id string
		var d duplicate
		var expires int64
		if err := rows.Scan(&queue, &id, &d.seq, &d.messageID, &expires); err != nil {
			return err
		}
		d.expires = time.UnixMilli(expires)
		each(queue, id, d)
	}
	return rows.Err()
}

// tx is the transaction that a group of writes shares.
type tx struct {
	sql        *sql.Tx
	statements map[string]*sql.Stmt
}

func (t *tx) exec(text string, args ...any) error {
	if _, err := t.sql.Stmt(t.statements[text]).Exec(args...); err != nil {
		return fmt.Errorf("%q: %w", text, err)
	}
	return nil
}

func (t *tx) put(seq int64, r record) error {
	raw, err := json.Marshal(r)
	if err != nil {
		return fmt.Errorf("encode message: %w", err)
	}
	return errors.Join(t.exec(sqlPut, seq, raw), t.exec(sqlLast, seq))
}

func (t *tx) remove(seq int64) error { return t.exec(sqlRemove, seq) }

func (t *tx) received(seq int64, count int) error { return t.exec(sqlReceived, count, seq) }

func (t *tx) remember(queue, id string, d duplicate) error {
	return t.exec(sqlRemember, queue, id, d.seq, d.messageID, d.expires.UnixMilli())
}

func (t *tx) forgetBefore(now time.Time) error { return t.exec(sqlForgetBefore, now.UnixMilli()) }
