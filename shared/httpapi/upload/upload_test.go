package upload_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/recado-chat/recado/shared/channel"
	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/fault"
	"github.com/recado-chat/recado/shared/httpapi/upload"
)

// bucket holds the bytes that every link has put.
type bucket struct {
	content string
	mime    string // as the last link fixes it
}

func (b *bucket) Start(_ context.Context, _ string, n int) ([]byte, error) {
	return []byte(b.content[:min(n, len(b.content))]), nil
}

func (b *bucket) PresignPut(_ context.Context, key, mime string, _ int64, _ time.Duration) (string, map[string]string, error) {
	b.mime = mime
	return "https://files.example/" + key, nil, nil
}

const (
	docx = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
	m4a  = "\x00\x00\x00\x20ftypM4A \x00\x00\x00\x00M4A mp42isom"
	mp3  = "ID3\x04\x00\x00\x00\x00\x00\x00"
	png  = "\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"
	jpeg = "\xff\xd8\xff\xe0\x00\x10JFIF\x00"
	pdf  = "%PDF-1.7\n"
	zip  = "PK\x03\x04\x14\x00\x00\x00\x08\x00"
	exe  = "MZ\x90\x00\x03\x00\x00\x00\x04\x00\x00\x00\xff\xff\x00\x00"
	page = "<!DOCTYPE html><script>alert(1)</script>"
	svg  = `<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>`
)

var able = channel.Capabilities{Attachments: map[chat.MessageType]channel.Limit{
	chat.TypeImage:    {Mimes: []string{"image/jpeg", "image/png"}, MaxSize: 1000},
	chat.TypeAudio:    {Mimes: []string{"audio/mpeg", "audio/mp4", "audio/ogg"}, MaxSize: 1000},
	chat.TypeDocument: {Mimes: []string{"application/pdf", "application/zip", "text/plain", "application/msword", docx}, MaxSize: 1000},
}}

// send announces a file, and names it in a message of a kind.
func send(t *testing.T, kind chat.MessageType, file upload.File, content string) (chat.Attachment, error) {
	t.Helper()
	files := &bucket{content: content}
	clock := func() time.Time { return time.Date(2026, 11, 27, 12, 0, 0, 0, time.UTC) }
	u := upload.Uploads{Files: files, Keys: func(context.Context) ([]string, error) { return []string{"key"}, nil }, Now: clock, Wall: clock}
	owner := upload.Owner{Account: "account"}
	announced, err := u.Announce(t.Context(), owner, []channel.Limit{able.Attachments[kind]}, file)
	if err != nil {
		return chat.Attachment{}, err
	}
	taken, err := u.Take(t.Context(), owner, able, kind, []string{announced.ID})
	if err != nil {
		return chat.Attachment{}, err
	}
	return taken[0], nil
}

func TestTake_TypeAndNameFromContent(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("ñ", 134)
	for name, c := range map[string]struct {
		kind           chat.MessageType
		named, mime    string
		content        string
		asName, asType string
	}{
		"a voice memo of an iPhone":          {chat.TypeAudio, "nota.m4a", "audio/x-m4a", m4a, "nota.m4a", "audio/mp4"},
		"… spelled otherwise":                {chat.TypeAudio, "nota.m4a", "AUDIO/M4A; codecs=x", m4a, "nota.m4a", "audio/mp4"},
		"an MP3 as some browsers say":        {chat.TypeAudio, "a.mp3", "audio/mp3", mp3, "a.mp3", "audio/mpeg"},
		"a JPEG as some servers say":         {chat.TypeImage, "foto.jpg", "image/jpg", jpeg, "foto.jpg", "image/jpeg"},
		"a zip as Windows says":              {chat.TypeDocument, "fotos.zip", "application/x-zip-compressed", zip, "fotos.zip", "application/zip"},
		"a document without a type":          {chat.TypeDocument, "carta.DOCX", "", zip, "carta.DOCX", docx},
		"a table without a type":             {chat.TypeDocument, "hoja.csv", "", "a;b\n1;2\n", "hoja.csv", "text/plain"},
		"a table that is Excel's on Windows": {chat.TypeDocument, "hoja.csv", "application/vnd.ms-excel", "a,b\n1,2\n", "hoja.csv", "text/plain"},
		"a picture of another type":          {chat.TypeImage, "foto.png", "image/png", jpeg, "foto.png.jpg", "image/jpeg"},
		"a long name":                        {chat.TypeDocument, long + ".pdf", "application/pdf", pdf, strings.Repeat("ñ", 116) + ".pdf", "application/pdf"},
		"a name with a path and controls":    {chat.TypeDocument, "../a\u202e\nb.pdf", "application/pdf", pdf, "ab.pdf", "application/pdf"},
		"a program's name on a document":     {chat.TypeDocument, "factura.pdf.exe", "application/pdf", pdf, "factura.pdf.exe.pdf", "application/pdf"},
		"a script's name on text":            {chat.TypeDocument, "run.bat", "text/plain", "@echo off\r\ndel /q *\r\n", "run.bat.txt", "text/plain"},
		"a document with macros":             {chat.TypeDocument, "carta.docm", "application/msword", zip, "carta.docm.zip", "application/zip"},
		"no extension":                       {chat.TypeDocument, "contrato", "application/pdf", pdf, "contrato.pdf", "application/pdf"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a, err := send(t, c.kind, upload.File{Name: c.named, Mime: c.mime, Size: 10}, c.content)
			if err != nil || a.Name != c.asName || a.Mime != c.asType {
				t.Errorf("%q, %s, %v; want %q, %s", a.Name, a.Mime, err, c.asName, c.asType)
			}
		})
	}
}

func TestTake_ContentContradictsType_Refused(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		kind    chat.MessageType
		mime    string
		content string
	}{
		"a program as PDF":        {chat.TypeDocument, "application/pdf", exe},
		"a program as text":       {chat.TypeDocument, "text/plain", exe},
		"a page as text":          {chat.TypeDocument, "text/plain", page},
		"a page as PDF":           {chat.TypeDocument, "application/pdf", page},
		"a drawing as picture":    {chat.TypeImage, "image/png", svg},
		"a PDF as picture":        {chat.TypeImage, "image/png", pdf},
		"a picture as voice memo": {chat.TypeAudio, "audio/mpeg", png},
		"noise as picture":        {chat.TypeImage, "image/png", "\x00\x01\x02\x03"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a, err := send(t, c.kind, upload.File{Name: "a", Mime: c.mime, Size: 10}, c.content)
			if f := fault.As(err); err == nil || f.Code != fault.Conflict || f.Reason != upload.WrongType || f.Field != "attachments" {
				t.Errorf("%+v, %v", a, err)
			}
		})
	}
}
