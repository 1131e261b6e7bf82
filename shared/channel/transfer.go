package channel

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/textproto"
	"sync/atomic"

	"github.com/recado-chat/recado/shared/fault"
)

// RequestTrace records how far an HTTP request got, to tell a message that was certainly not sent from one that may have been.
type RequestTrace struct{ asked, got atomic.Bool }

// Attach returns the request with the trace.
func (t *RequestTrace) Attach(request *http.Request) *http.Request {
	return request.WithContext(httptrace.WithClientTrace(request.Context(), &httptrace.ClientTrace{
		GetConn: func(string) { t.asked.Store(true) },
		GotConn: func(httptrace.GotConnInfo) { t.got.Store(true) },
	}))
}

// MayHaveWritten is false only when certainly no byte was sent, because no connection was made.
func (t *RequestTrace) MayHaveWritten(err error) bool {
	var dial *net.OpError
	if errors.As(err, &dial) && dial.Op == "dial" {
		return false
	}
	return t.got.Load() || !t.asked.Load()
}

// FormField is a field of a form.
type FormField struct{ Name, Value string }

// NewFileForm makes a POST of a multipart form whose last part is the file. The file is streamed, with a Content-Length when its size
// is known. The caller closes the returned Closer. A failure to read the file's source is Unavailable.
func NewFileForm(ctx context.Context, address string, fields []FormField, name string, file File) (*http.Request, io.Closer, error) {
	content, err := file.Open(ctx)
	if err != nil {
		return nil, nil, fmt.Errorf("open the attachment: %w", err)
	}
	head, tail, contentType, err := formAround(fields, name, file)
	if err != nil {
		return nil, nil, errors.Join(fmt.Errorf("write the form of an upload: %w", err), content.Close())
	}
	body := io.MultiReader(bytes.NewReader(head), sourceReader{content}, bytes.NewReader(tail))
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, address, body)
	if err != nil {
		return nil, nil, errors.Join(errors.New("make the request of an upload"), content.Close())
	}
	request.Header.Set("Content-Type", contentType)
	if file.Size > 0 {
		request.ContentLength = int64(len(head)) + file.Size + int64(len(tail))
	}
	return request, content, nil
}

// formAround returns the bytes of the form before and after the file's content.
func formAround(fields []FormField, name string, file File) (head, tail []byte, contentType string, err error) {
	var b bytes.Buffer
	form := multipart.NewWriter(&b)
	for _, field := range fields {
		err = errors.Join(err, form.WriteField(field.Name, field.Value))
	}
	part := textproto.MIMEHeader{}
	part.Set("Content-Disposition", multipart.FileContentDisposition(name, FileName(file.Name, "file")))
	part.Set("Content-Type", file.Mime)
	if err == nil {
		_, err = form.CreatePart(part)
	}
	headSize := b.Len()
	err = errors.Join(err, form.Close())
	return b.Bytes()[:headSize], b.Bytes()[headSize:], form.FormDataContentType(), err
}

// sourceReader marks read errors of our own store, to tell them from the provider's errors.
type sourceReader struct{ io.Reader }

// Read returns Unavailable for any error but io.EOF.
func (s sourceReader) Read(p []byte) (int, error) {
	n, err := s.Reader.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		err = fault.New(fault.Unavailable, "the attachment cannot be read at the moment").WithCause(err)
	}
	return n, err
}
