package sim

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// Record is one line of the journal: one object in its newest state. Exactly one field is set.
type Record struct {
	Account  *Account  `json:"account,omitempty"`
	Customer *Customer `json:"customer,omitempty"`
	File     *File     `json:"file,omitempty"`
	Message  *Message  `json:"message,omitempty"`
	Webhook  *Webhook  `json:"webhook,omitempty"`
	Done     int64     `json:"done,omitempty"`  // id of a webhook that needs no more attempts
	Other    any       `json:"other,omitempty"` // an object of the provider: Options.Restore takes its JSON
}

// line is a Record as it is read back.
type line struct {
	Record
	Other json.RawMessage `json:"other"`
}

// journal is an append-only file of records. One record is one write, so it survives the process once append returns.
type journal struct{ file *os.File }

func journalPath(dir string) string { return filepath.Join(dir, "journal.jsonl") }

// replay hands every record to apply. An incomplete last line, whose write was interrupted, is dropped.
func replay(dir string, apply func(line) error) error {
	file, err := os.Open(journalPath(dir))
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("open the journal: %w", err)
	}
	defer func() { _ = file.Close() }() // only read
	lines := bufio.NewReader(file)
	for {
		text, err := lines.ReadBytes('\n')
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("read the journal: %w", err)
		}
		var l line
		if err := json.Unmarshal(text, &l); err != nil {
			return fmt.Errorf("decode a line of the journal: %w", err)
		}
		if err := apply(l); err != nil {
			return err
		}
	}
}

// rewrite replaces the journal by one that holds just these records.
func rewrite(dir string, records []Record) (*journal, error) {
	var all bytes.Buffer
	for _, r := range records {
		text, err := encodeLine(r)
		if err != nil {
			return nil, err
		}
		all.Write(text)
	}
	fresh := journalPath(dir) + ".new"
	if err := os.WriteFile(fresh, all.Bytes(), 0o600); err != nil {
		return nil, fmt.Errorf("write the journal: %w", err)
	}
	if err := os.Rename(fresh, journalPath(dir)); err != nil {
		return nil, fmt.Errorf("replace the journal: %w", err)
	}
	file, err := os.OpenFile(journalPath(dir), os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open the journal: %w", err)
	}
	return &journal{file: file}, nil
}

func (j *journal) append(r Record) error {
	text, err := encodeLine(r)
	if err != nil {
		return err
	}
	if _, err := j.file.Write(text); err != nil {
		return fmt.Errorf("append to the journal: %w", err)
	}
	return nil
}

func encodeLine(r Record) ([]byte, error) {
	text, err := json.Marshal(r)
	if err != nil {
		return nil, fmt.Errorf("encode a record: %w", err)
	}
	return append(text, '\n'), nil
}
