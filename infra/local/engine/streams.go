package engine

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"

	_ "modernc.org/sqlite" // the driver "sqlite"
)

// indexStreams gives dynoxide's table of stream records the index that it lacks. Without it every write and every read
// of a stream looks through all records there ever were, and dynoxide never deletes one: after 20,000 a write takes ten
// times as long. The expression is word for word that of dynoxide's queries, else SQLite would not use the index.
func indexStreams(ctx context.Context, file string) (err error) {
	db, err := sql.Open("sqlite", (&url.URL{Scheme: "file", Path: file, RawQuery: "_pragma=busy_timeout(5000)"}).String())
	if err != nil {
		return fmt.Errorf("open %s: %w", file, err)
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	_, err = db.ExecContext(ctx, `CREATE INDEX IF NOT EXISTS recado_stream_position
		ON _stream_records (table_name, CAST(sequence_number AS INTEGER))`)
	if err != nil {
		return fmt.Errorf("index the stream records: %w", err)
	}
	return nil
}
