package telegram

import (
	"bytes"
	"cmp"
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"image"
	_ "image/gif" // pictures that image.Decode reads
	"image/jpeg"
	_ "image/png"
	"mime"
	"net/http"
	"path"
	"strings"

	"github.com/recado-chat/recado/infra/local/sim"
)

// Limits of files in bytes: https://core.telegram.org/bots/api#sending-files and #getfile
const (
	maxPhoto    = 10 << 20
	maxFile     = 50 << 20
	maxDownload = 20 << 20
)

// newFileID makes a file_id. It is opaque, and valid for one bot only.
func newFileID() string {
	var unique [24]byte
	_, _ = rand.Read(unique[:]) // never fails
	return "BQAC" + base64.RawURLEncoding.EncodeToString(unique[:])
}

func fileObject(f *sim.File, more object) object {
	o := object{"file_id": f.ID, "file_unique_id": "AgAD" + f.SHA256[:12], "file_size": f.Size}
	for name, value := range more {
		o[name] = value
	}
	return o
}

// mediaField is the field of a message with a file. A phone sends OGG as a voice message.
func mediaField(kind, mimeType string) string {
	switch {
	case kind == "image":
		return "photo"
	case kind == "audio" && strings.HasPrefix(mimeType, "audio/ogg"):
		return "voice"
	}
	return kind // audio, document, sticker, video, video_note, voice
}

// kindOf is the store's type of a field.
func kindOf(field string) string {
	if field == "photo" {
		return "image"
	}
	return field
}

// setMedia stores a file and adds it to a message in the form of the field. The caller holds the lock.
func (s *Simulator) setMedia(m *sim.Message, wire object, field string, u sim.Upload) (err error) {
	if field == "photo" {
		u = asJPEG(u)
	}
	if m.File, err = s.Keep(newFileID(), m.Account, u); err != nil {
		return err
	}
	return s.describeMedia(m, wire, field, u.Content)
}

// describeMedia adds a stored file to a message. The objects are those from https://core.telegram.org/bots/api#photosize on.
func (s *Simulator) describeMedia(m *sim.Message, wire object, field string, content []byte) error {
	f := m.File
	named := object{"file_name": f.Name, "mime_type": f.Mime}
	switch field {
	case "photo": // sizes from the smallest to the largest, each with a file_id of its own
		small, err := s.Keep(newFileID(), m.Account, sim.Upload{Name: "thumbnail.jpg", Mime: "image/jpeg", Content: thumbnail()})
		if err != nil {
			return err
		}
		width, height := dimensions(content, 1280, 960)
		wire["photo"] = []any{
			fileObject(small, object{"width": thumbnailWidth, "height": thumbnailHeight}), fileObject(f, object{"width": width, "height": height}),
		}
	case "sticker":
		wire["sticker"] = fileObject(f, object{"type": "regular", "width": 512, "height": 512, "is_animated": false, "is_video": false, "emoji": "🙂"})
	case "video":
		named["width"], named["height"], named["duration"] = 640, 480, 3
		wire["video"] = fileObject(f, named)
	case "video_note":
		wire["video_note"] = fileObject(f, object{"length": 240, "duration": 3})
	case "voice":
		wire["voice"] = fileObject(f, object{"duration": 3, "mime_type": f.Mime})
	case "audio":
		named["duration"] = 3
		wire["audio"] = fileObject(f, named)
	default:
		wire["document"] = fileObject(f, named)
	}
	return nil
}

// asJPEG converts a picture, as Telegram does with every photo. What it cannot decode stays as it is.
func asJPEG(u sim.Upload) sim.Upload {
	u.Name = ""
	picture, format, err := image.Decode(bytes.NewReader(u.Content))
	if err != nil || format == "jpeg" {
		return u
	}
	var out bytes.Buffer
	if err := jpeg.Encode(&out, picture, nil); err == nil {
		u.Mime, u.Content = "image/jpeg", out.Bytes()
	}
	return u
}

func dimensions(content []byte, width, height int) (int, int) {
	if config, _, err := image.DecodeConfig(bytes.NewReader(content)); err == nil {
		return config.Width, config.Height
	}
	return width, height
}

const thumbnailWidth, thumbnailHeight = 90, 67

// thumbnail is a small grey picture: it shows that a client took the wrong size.
func thumbnail() []byte {
	var out bytes.Buffer
	_ = jpeg.Encode(&out, image.NewGray(image.Rect(0, 0, thumbnailWidth, thumbnailHeight)), nil) // a buffer takes everything
	return out.Bytes()
}

// getFile returns a file's path: https://core.telegram.org/bots/api#getfile
func (s *Simulator) getFile(c *call) (any, *apiError) {
	if c.args["file_id"] == "" {
		return nil, badRequest("file_id not specified")
	}
	s.Lock()
	defer s.Unlock()
	f := s.File(c.args["file_id"])
	switch {
	case f == nil:
		return nil, badRequest("invalid file_id")
	case f.Account != c.bot.ID:
		return nil, badRequest("wrong file_id or the file is temporarily unavailable")
	case f.Size > maxDownload:
		return nil, badRequest("file is too big")
	}
	return fileObject(f, object{"file_path": filePath(f)}), nil
}

// filePath has a folder for the kind of file, and an extension from which a client may guess the type.
func filePath(f *sim.File) string {
	base, _, _ := strings.Cut(f.Mime, ";")
	folder := map[string]string{"image": "photos", "video": "videos", "audio": "music"}[strings.Split(base, "/")[0]]
	extension := path.Ext(f.Name)
	if known := map[string]string{"image/jpeg": ".jpg", "audio/ogg": ".oga", "video/mp4": ".mp4", "image/webp": ".webp"}[base]; known != "" {
		extension = known
	} else if all, err := mime.ExtensionsByType(base); extension == "" && err == nil && len(all) > 0 {
		extension = all[0]
	}
	return fmt.Sprintf("%s/%s%s", cmp.Or(folder, "documents"), f.ID, extension)
}

// download serves /file/bot<token>/<file_path>. The provider does not tell the type.
func (s *Simulator) download(w http.ResponseWriter, r *http.Request, token, name string) {
	if f, ok := s.Enter(w, r, OnDownload); !ok {
		return
	} else if f != nil {
		s.Strike(w, r, *f)
		return
	}
	bot := s.botOf(token)
	if bot == nil {
		writeError(w, apiError{code: http.StatusUnauthorized, description: "Unauthorized"})
		return
	}
	s.Lock()
	f := s.File(strings.TrimSuffix(path.Base(name), path.Ext(name)))
	s.Unlock()
	if f == nil || f.Account != bot.ID || f.Size > maxDownload || filePath(f) != name {
		writeError(w, apiError{code: http.StatusNotFound, description: "Not Found"})
		return
	}
	s.ServeFile(w, r, f, "application/octet-stream")
}
