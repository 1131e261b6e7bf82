package sim

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"mime"
	"net/http"
	"os"
	"path/filepath"
	"strings"
)

// Keep stores a media file under an id of the provider's form. It needs the lock.
func (s *Store) Keep(id, account string, u Upload) (*File, error) {
	sum := sha256.Sum256(u.Content)
	f := &File{ID: id, Account: account, Name: u.Name, Mime: u.Mime, Size: int64(len(u.Content)), SHA256: hex.EncodeToString(sum[:])}
	if err := os.WriteFile(s.mediaPath(id), u.Content, 0o600); err != nil {
		return nil, fmt.Errorf("store a media file: %w", err)
	}
	return f, s.Save(Record{File: f})
}

func (s *Store) mediaPath(id string) string {
	return filepath.Join(s.options.Dir, "media", filepath.Base(id))
}

// ServeFile answers a request with the content of a media file.
func (s *Store) ServeFile(w http.ResponseWriter, r *http.Request, file *File, contentType string) {
	w.Header().Set("Content-Type", contentType)
	http.ServeFile(w, r, s.mediaPath(file.ID))
}

// getMedia serves a media file to the page. Only pictures, audio and video open in the browser.
func (s *Store) getMedia(w http.ResponseWriter, r *http.Request) {
	s.Lock()
	file := s.files[r.PathValue("id")]
	s.Unlock()
	if file == nil {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("X-Content-Type-Options", "nosniff")
	if !strings.HasPrefix(file.Mime, "image/") && !strings.HasPrefix(file.Mime, "audio/") && !strings.HasPrefix(file.Mime, "video/") {
		w.Header().Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": file.Name}))
	}
	s.ServeFile(w, r, file, file.Mime)
}
