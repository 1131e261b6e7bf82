package whatsapp

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

// record is one line of the journal: a thing as it is from then on. The newest line about a thing counts.
type record struct {
	Number   *Number   `json:"number,omitempty"`
	Customer *Customer `json:"customer,omitempty"`
	File     *File     `json:"file,omitempty"`
	Message  *Message  `json:"message,omitempty"`
	Template *Template `json:"template,omitempty"`
	Webhook  *webhook  `json:"webhook,omitempty"`
	Done     int64     `json:"done,omitempty"` // the webhook with this id needs no more tries
}

// journal is an append-only file of records. A line is one write, so what was appended outlives the process.
type journal struct{ file *os.File }

func journalPath(dir string) string { return filepath.Join(dir, "journal.jsonl") }

// replay hands every record to apply. A last line that was cut off in the middle was never acknowledged and is dropped.
func replay(dir string, apply func(record)) error {
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
		line, err := lines.ReadBytes('\n')
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("read the journal: %w", err)
		}
		var r record
		if err := json.Unmarshal(line, &r); err != nil {
			return fmt.Errorf("read a line of the journal: %w", err)
		}
		apply(r)
	}
}

// rewrite starts a journal that holds just these records, in place of the old one.
func rewrite(dir string, records []record) (*journal, error) {
	var all bytes.Buffer
	for _, r := range records {
		line, err := encodeLine(r)
		if err != nil {
			return nil, err
		}
		all.Write(line)
	}
	fresh := journalPath(dir) + ".new"
	if err := os.WriteFile(fresh, all.Bytes(), 0o600); err != nil {
		return nil, fmt.Errorf("write the journal anew: %w", err)
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

func (j *journal) append(r record) error {
	line, err := encodeLine(r)
	if err != nil {
		return err
	}
	if _, err := j.file.Write(line); err != nil {
		return fmt.Errorf("append to the journal: %w", err)
	}
	return nil
}

func encodeLine(r record) ([]byte, error) {
	line, err := json.Marshal(r)
	if err != nil {
		return nil, fmt.Errorf("encode a record: %w", err)
	}
	return append(line, '\n'), nil
}
