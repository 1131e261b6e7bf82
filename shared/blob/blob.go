// Package blob is S3: files of one bucket, streamed through us or handed to a browser as a link that is valid for minutes.
//
// Whoever holds a link may use it, so links are short-lived by the wall clock, fix the size and type of what is put, and say
// what a reader's browser may do with the file. Errors are faults: NotFound for an object that is not there, Unavailable when
// S3 fails. It imports fault and the SDK's client.
package blob

import (
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"path"
	"strings"
	"time"
	"unicode"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/recado-chat/recado/shared/fault"
	"github.com/recado-chat/recado/shared/sdk"
)

// Bucket is one bucket.
type Bucket struct {
	client  *s3.Client
	presign *s3.PresignClient
	name    string
}

// patience bounds one transfer, its body included: 100 MB at 10 Mbit/s. The function's own deadline is usually nearer.
const patience = 90 * time.Second

// NewClient makes S3's client. Anything but AWS itself is addressed by path, as bucket names are no host names there. Checksums
// are left to TLS: the SDK's own would have to be part of every link, before the content is known.
func NewClient(cfg aws.Config) *s3.Client {
	return s3.NewFromConfig(cfg, func(o *s3.Options) {
		o.UsePathStyle = cfg.BaseEndpoint != nil
		if client, ok := cfg.HTTPClient.(interface {
			WithTimeout(timeout time.Duration) sdk.HTTPClient
		}); ok {
			o.HTTPClient = client.WithTimeout(patience) // what suits a call with a small body cuts a file off
		}
		o.RequestChecksumCalculation = aws.RequestChecksumCalculationWhenRequired
		o.ResponseChecksumValidation = aws.ResponseChecksumValidationWhenRequired
	})
}

// New makes a bucket over a client of NewClient.
func New(client *s3.Client, bucket string) (*Bucket, error) {
	if client == nil || bucket == "" {
		return nil, fmt.Errorf("blob: client and bucket are required, got bucket %q", bucket)
	}
	return &Bucket{client: client, presign: s3.NewPresignClient(client), name: bucket}, nil
}

// Put streams size bytes of body into the object, replacing what it held. A body that cannot seek is sent once: whoever wants
// it tried again calls Put again.
func (b *Bucket) Put(ctx context.Context, key, mimeType string, body io.Reader, size int64) error {
	_, err := b.client.PutObject(ctx,
		&s3.PutObjectInput{Bucket: &b.name, Key: &key, Body: body, ContentLength: &size, ContentType: &mimeType},
		s3.WithAPIOptions(v4.SwapComputePayloadSHA256ForUnsignedPayloadMiddleware))
	if err != nil {
		return fmt.Errorf("put object %s: %w", key, toFault(err))
	}
	return nil
}

// Open reads an object; the caller closes it.
func (b *Bucket) Open(ctx context.Context, key string) (content io.ReadCloser, size int64, mimeType string, err error) {
	answer, err := b.client.GetObject(ctx, &s3.GetObjectInput{Bucket: &b.name, Key: &key})
	if err != nil {
		return nil, 0, "", fmt.Errorf("open object %s: %w", key, toFault(err))
	}
	return answer.Body, aws.ToInt64(answer.ContentLength), aws.ToString(answer.ContentType), nil
}

// Start reads an object's first bytes, at most n. It answers NotFound for an object that is not there.
func (b *Bucket) Start(ctx context.Context, key string, n int) ([]byte, error) {
	answer, err := b.client.GetObject(ctx, &s3.GetObjectInput{Bucket: &b.name, Key: &key, Range: aws.String(fmt.Sprintf("bytes=0-%d", n-1))})
	if err != nil {
		return nil, fmt.Errorf("read the start of object %s: %w", key, toFault(err))
	}
	defer func() { _ = answer.Body.Close() }() // only read
	head, err := io.ReadAll(io.LimitReader(answer.Body, int64(n)))
	if err != nil {
		return nil, fmt.Errorf("read the start of object %s: %w", key, toFault(err))
	}
	return head, nil
}

// Delete removes an object; one that is not there is gone already.
func (b *Bucket) Delete(ctx context.Context, key string) error {
	if _, err := b.client.DeleteObject(ctx, &s3.DeleteObjectInput{Bucket: &b.name, Key: &key}); err != nil {
		return fmt.Errorf("delete object %s: %w", key, toFault(err))
	}
	return nil
}

// PresignPut makes a link that takes exactly size bytes of the type given, once: S3 answers 412 when the object is there already, so that
// nobody changes it after it was looked at (https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html). headers are
// what the browser must send along; it sends the length by itself, and S3 refuses another one.
func (b *Bucket) PresignPut(ctx context.Context, key, mimeType string, size int64, expires time.Duration) (url string, headers map[string]string, err error) {
	request, err := b.presign.PresignPutObject(ctx,
		&s3.PutObjectInput{Bucket: &b.name, Key: &key, ContentType: &mimeType, ContentLength: &size, IfNoneMatch: aws.String("*")},
		s3.WithPresignExpires(expires))
	if err != nil {
		return "", nil, fmt.Errorf("make a link to put %s: %w", key, err)
	}
	return request.URL, map[string]string{"Content-Type": mimeType, "If-None-Match": "*"}, nil
}

// PresignGet makes a link that reads the object under a name and type of our choosing. inline lets the browser show it; only
// types that Shown lists may be shown, everything else is a download whatever is asked.
func (b *Bucket) PresignGet(ctx context.Context, key, name, mimeType string, inline bool, expires time.Duration) (string, error) {
	disposition := "attachment"
	if inline && Shown(mimeType) {
		disposition = "inline"
	}
	request, err := b.presign.PresignGetObject(ctx, &s3.GetObjectInput{
		Bucket: &b.name, Key: &key,
		ResponseContentType:        &mimeType,
		ResponseContentDisposition: aws.String(Disposition(disposition, name)),
	}, s3.WithPresignExpires(expires))
	if err != nil {
		return "", fmt.Errorf("make a link to read %s: %w", key, err)
	}
	return request.URL, nil
}

// Shown says whether a browser may show a type by itself: pictures, sound and films that run no script.
func Shown(mimeType string) bool {
	base, _, err := mime.ParseMediaType(mimeType)
	if err != nil {
		return false
	}
	switch base {
	case "image/jpeg", "image/png", "image/gif", "image/webp",
		"audio/mpeg", "audio/mp4", "audio/aac", "audio/ogg", "audio/amr", "audio/webm", "audio/wav",
		"video/mp4", "video/3gpp", "video/webm",
		"application/pdf":
		return true
	}
	return false
}

// nameRunes bounds a file name in a header.
const nameRunes = 120

// SafeName makes a file name of what somebody else wrote: its last path element, without controls and marks that turn text
// around, bounded, never empty.
func SafeName(name string) string {
	name = path.Base(strings.ReplaceAll(strings.ToValidUTF8(name, ""), `\`, "/"))
	name = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || strings.ContainsRune(`<>:"|?*/`, r) {
			return -1
		}
		return r
	}, name)
	name = strings.Trim(name, ". ")
	if name == "" {
		return "file"
	}
	if runes := []rune(name); len(runes) > nameRunes {
		extension := []rune(path.Ext(name))
		if len(extension) > 10 {
			extension = nil
		}
		name = string(runes[:nameRunes-len(extension)]) + string(extension)
	}
	return name
}

// Disposition writes a Content-Disposition header as RFC 6266 says: a plain name for old readers and the exact one in UTF-8.
func Disposition(kind, name string) string {
	name = SafeName(name)
	plain := strings.Map(func(r rune) rune {
		if r > unicode.MaxASCII || r == '%' || r == '\\' || r == '"' {
			return '_'
		}
		return r
	}, name)
	if plain == name {
		return fmt.Sprintf(`%s; filename="%s"`, kind, plain)
	}
	return fmt.Sprintf(`%s; filename="%s"; filename*=UTF-8''%s`, kind, plain, extended(name))
}

// extended is RFC 5987's encoding: what is not an attr-char is percent-encoded.
func extended(s string) string {
	const attr = "!#$&+-.^_`|~"
	var out strings.Builder
	for i := range len(s) {
		c := s[i]
		if c >= '0' && c <= '9' || c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z' || strings.IndexByte(attr, c) >= 0 {
			out.WriteByte(c)
			continue
		}
		fmt.Fprintf(&out, "%%%02X", c)
	}
	return out.String()
}

func toFault(err error) error {
	var response *awshttp.ResponseError
	if errors.As(err, &response) && response.HTTPStatusCode() == http.StatusNotFound {
		return fault.New(fault.NotFound, "file not found").WithReason("no_object").WithCause(err)
	}
	return fault.New(fault.Unavailable, "file storage is unavailable").WithReason("blob_unavailable").WithCause(err)
}
