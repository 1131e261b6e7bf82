package s3_test

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	awss3 "github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/aws/smithy-go"

	"github.com/recado-chat/recado/infra/local/s3"
)

const console = "http://127.0.0.1:8080"

// store is an object store under a clock that the test moves, and a client of it.
type store struct {
	*awss3.Client
	url    string
	offset atomic.Int64 // how far the store's clock is ahead of the client's
}

func newStore(t *testing.T, file string) *store {
	t.Helper()
	s := &store{}
	objects, err := s3.Open(s3.Options{
		File: file, Buckets: []string{"media", "exports"}, Region: "us-east-1",
		AccessKey: "local", SecretKey: "secret", Origins: []string{console},
		Now: func() time.Time { return time.Now().Add(time.Duration(s.offset.Load())) },
	})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(objects)
	t.Cleanup(func() {
		server.Close()
		if err := objects.Close(); err != nil {
			t.Error(err)
		}
	})
	s.url, s.Client = server.URL, client(server.URL, "local", "secret")
	return s
}

func client(url, key, secret string) *awss3.Client {
	return awss3.New(awss3.Options{
		BaseEndpoint: aws.String(url), Region: "us-east-1", UsePathStyle: true, Retryer: aws.NopRetryer{},
		Credentials: credentials.NewStaticCredentialsProvider(key, secret, ""),
	})
}

func fresh(t *testing.T) *store { return newStore(t, filepath.Join(t.TempDir(), "objects", "s3.db")) }

func (s *store) put(t *testing.T, key, body string) {
	t.Helper()
	_, err := s.PutObject(t.Context(), &awss3.PutObjectInput{
		Bucket: aws.String("media"), Key: &key, Body: strings.NewReader(body), ContentType: aws.String("text/plain"),
	})
	if err != nil {
		t.Fatalf("put %s: %v", key, err)
	}
}

func (s *store) get(t *testing.T, key string) string {
	t.Helper()
	out, err := s.GetObject(t.Context(), &awss3.GetObjectInput{Bucket: aws.String("media"), Key: &key})
	if err != nil {
		t.Fatalf("get %s: %v", key, err)
	}
	defer out.Body.Close()
	b, err := io.ReadAll(out.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func (s *store) presignPut(t *testing.T, key string, size int64, mime string) string {
	t.Helper()
	out, err := awss3.NewPresignClient(s.Client).PresignPutObject(t.Context(), &awss3.PutObjectInput{
		Bucket: aws.String("media"), Key: &key, ContentLength: &size, ContentType: &mime,
	}, awss3.WithPresignExpires(10*time.Minute))
	if err != nil {
		t.Fatal(err)
	}
	return out.URL
}

func (s *store) presignGet(t *testing.T, in *awss3.GetObjectInput) string {
	t.Helper()
	in.Bucket = aws.String("media")
	out, err := awss3.NewPresignClient(s.Client).PresignGetObject(t.Context(), in, awss3.WithPresignExpires(10*time.Minute))
	if err != nil {
		t.Fatal(err)
	}
	return out.URL
}

func do(t *testing.T, method, url, body string, headers ...string) (*http.Response, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res, string(b)
}

func TestObjects_Restart_Kept(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "s3.db")
	t.Run("first run", func(t *testing.T) { newStore(t, file).put(t, "a/b c+d=é.txt", "hello") })
	t.Run("second run", func(t *testing.T) {
		if got := newStore(t, file).get(t, "a/b c+d=é.txt"); got != "hello" {
			t.Errorf("got %q", got)
		}
	})
}

func TestSDK_Operations(t *testing.T) {
	t.Parallel()
	s := fresh(t)
	s.put(t, "a/1", "one")
	s.put(t, "a/2", "two")
	list, err := s.ListObjectsV2(t.Context(), &awss3.ListObjectsV2Input{Bucket: aws.String("media"), Prefix: aws.String("a/")})
	if err != nil || len(list.Contents) != 2 {
		t.Errorf("list: %v, %v", list, err)
	}
	head, err := s.HeadObject(t.Context(), &awss3.HeadObjectInput{Bucket: aws.String("media"), Key: aws.String("a/1")})
	if err != nil || aws.ToInt64(head.ContentLength) != 3 || aws.ToString(head.ContentType) != "text/plain" {
		t.Errorf("head: %+v, %v", head, err)
	}
	if _, err := s.CopyObject(t.Context(), &awss3.CopyObjectInput{Bucket: aws.String("exports"), Key: aws.String("c"), CopySource: aws.String("media/a/1")}); err != nil {
		t.Errorf("copy: %v", err)
	}
	if _, err := s.DeleteObject(t.Context(), &awss3.DeleteObjectInput{Bucket: aws.String("media"), Key: aws.String("a/1")}); err != nil {
		t.Errorf("delete: %v", err)
	}
	_, err = s.GetObject(t.Context(), &awss3.GetObjectInput{Bucket: aws.String("media"), Key: aws.String("a/1")})
	if code(err) != "NoSuchKey" {
		t.Errorf("get what was deleted: %v", err)
	}
}

func TestMultipartUpload_BecomesOneObject(t *testing.T) {
	t.Parallel()
	s := fresh(t)
	ctx, bucket, key := t.Context(), aws.String("media"), aws.String("export.csv")
	begun, err := s.CreateMultipartUpload(ctx, &awss3.CreateMultipartUploadInput{Bucket: bucket, Key: key})
	if err != nil {
		t.Fatal(err)
	}
	part, err := s.UploadPart(ctx, &awss3.UploadPartInput{Bucket: bucket, Key: key, UploadId: begun.UploadId, PartNumber: aws.Int32(1), Body: strings.NewReader("a,b\n")})
	if err != nil {
		t.Fatal(err)
	}
	_, err = s.CompleteMultipartUpload(ctx, &awss3.CompleteMultipartUploadInput{
		Bucket: bucket, Key: key, UploadId: begun.UploadId,
		MultipartUpload: &types.CompletedMultipartUpload{Parts: []types.CompletedPart{{PartNumber: aws.Int32(1), ETag: part.ETag}}},
	})
	if err != nil {
		t.Fatal(err)
	}
	if got := s.get(t, "export.csv"); got != "a,b\n" {
		t.Errorf("got %q", got)
	}
}

func TestPresignedPut_AcceptsSignedRequestOnly(t *testing.T) {
	t.Parallel()
	s := fresh(t)
	for _, tc := range []struct {
		name, method, body, mime string
		change                   func(url string) string
		want                     int
		code                     string
	}{
		{name: "what was signed is taken", want: 200},
		{name: "a larger body is refused", body: "hello!", want: 403, code: "SignatureDoesNotMatch"},
		{name: "a smaller body is refused", body: "hell", want: 403, code: "SignatureDoesNotMatch"},
		{name: "another type is refused", mime: "text/html", want: 403, code: "SignatureDoesNotMatch"},
		{name: "another method is refused", method: "DELETE", want: 403, code: "SignatureDoesNotMatch"},
		{name: "another key is refused", change: replace("image.png", "other.png"), want: 403, code: "SignatureDoesNotMatch"},
		{name: "another bucket is refused", change: replace("/media/", "/exports/"), want: 403, code: "SignatureDoesNotMatch"},
		{name: "a later expiry is refused", change: replace("X-Amz-Expires=600", "X-Amz-Expires=6000"), want: 403, code: "SignatureDoesNotMatch"},
		{name: "an expiry beyond a week is refused", change: replace("X-Amz-Expires=600", "X-Amz-Expires=604801"), want: 403, code: "AccessDenied"},
		{name: "a further parameter is refused", change: func(u string) string { return u + "&x-amz-acl=public-read" }, want: 403, code: "SignatureDoesNotMatch"},
		{name: "fewer signed headers are refused", change: replace("content-length%3Bcontent-type%3Bhost", "host"), want: 403, code: "SignatureDoesNotMatch"},
		{name: "another access key is refused", change: replace("X-Amz-Credential=local", "X-Amz-Credential=other"), want: 403, code: "InvalidAccessKeyId"},
		{name: "another region is refused", change: replace("us-east-1", "us-east-2"), want: 403, code: "AccessDenied"},
		{name: "no signature is refused", change: func(u string) string { u, _, _ = strings.Cut(u, "?"); return u }, want: 403, code: "AccessDenied"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			url := s.presignPut(t, strings.ReplaceAll(tc.name, " ", "-")+"/image.png", 5, "image/png")
			if tc.change != nil {
				changed := tc.change(url)
				if changed == url {
					t.Fatalf("the test changed nothing in %s", url)
				}
				url = changed
			}
			res, body := do(t, cmp.Or(tc.method, "PUT"), url, cmp.Or(tc.body, "hello"), "Content-Type", cmp.Or(tc.mime, "image/png"))
			if res.StatusCode != tc.want || !strings.Contains(body, tc.code) {
				t.Errorf("got %d %s, want %d %s", res.StatusCode, body, tc.want, tc.code)
			}
		})
	}
}

func TestConditionalPut_WritesOnce(t *testing.T) {
	t.Parallel()
	s := fresh(t)
	put := func(key, body string, headers ...string) int {
		size := int64(len(body))
		out, err := awss3.NewPresignClient(s.Client).PresignPutObject(t.Context(), &awss3.PutObjectInput{
			Bucket: aws.String("media"), Key: &key, ContentLength: &size, IfNoneMatch: aws.String("*"),
		}, awss3.WithPresignExpires(10*time.Minute))
		if err != nil {
			t.Fatal(err)
		}
		res, _ := do(t, "PUT", out.URL, body, headers...)
		return res.StatusCode
	}
	condition := []string{"If-None-Match", "*"}
	if first, second := put("a", "hello", condition...), put("a", "other", condition...); first != 200 || second != 412 || s.get(t, "a") != "hello" {
		t.Errorf("answered %d, then %d; holds %q", first, second, s.get(t, "a"))
	}
	if got := put("a", "other"); got != 403 {
		t.Errorf("without the condition that was signed: %d", got)
	}
	answers := make([]int, 20)
	var all sync.WaitGroup
	for i := range answers {
		all.Go(func() { answers[i] = put("b", strconv.Itoa(i+100), condition...) })
	}
	all.Wait()
	slices.Sort(answers)
	if answers[0] != 200 || answers[1] < 409 {
		t.Errorf("20 at once: %v", answers)
	}
}

func TestPresignedURL_Expires(t *testing.T) {
	t.Parallel()
	s := fresh(t)
	s.put(t, "a.txt", "hello")
	url := s.presignGet(t, &awss3.GetObjectInput{Key: aws.String("a.txt")})
	for _, tc := range []struct {
		after time.Duration
		want  int
	}{{0, 200}, {9 * time.Minute, 200}, {11 * time.Minute, 403}, {-16 * time.Minute, 403}} {
		s.offset.Store(int64(tc.after))
		if res, body := do(t, "GET", url, ""); res.StatusCode != tc.want {
			t.Errorf("after %s: %d %s, want %d", tc.after, res.StatusCode, body, tc.want)
		}
	}
}

func TestPresignedGet_RangesAndHeaders(t *testing.T) {
	t.Parallel()
	s := fresh(t)
	s.put(t, "video.mp4", "0123456789")
	url := s.presignGet(t, &awss3.GetObjectInput{
		Key: aws.String("video.mp4"), ResponseContentType: aws.String("video/mp4"),
		ResponseContentDisposition: aws.String(`attachment; filename="ñ b.mp4"`),
	})
	for _, tc := range []struct {
		name, asked  string
		want         int
		body, served string
	}{
		{"the whole", "", 200, "0123456789", ""},
		{"a part", "bytes=2-4", 206, "234", "bytes 2-4/10"},
		{"from a place on", "bytes=7-", 206, "789", "bytes 7-9/10"},
		{"all from the start, as browsers ask", "bytes=0-", 206, "0123456789", "bytes 0-9/10"},
		{"the end", "bytes=-2", 206, "89", "bytes 8-9/10"},
		{"beyond the end", "bytes=10-", 416, "", ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			var headers []string
			if tc.asked != "" {
				headers = []string{"Range", tc.asked}
			}
			res, body := do(t, "GET", url, "", headers...)
			if res.StatusCode != tc.want || res.StatusCode < 300 && body != tc.body || res.Header.Get("Content-Range") != tc.served {
				t.Errorf("got %d %q %q", res.StatusCode, body, res.Header.Get("Content-Range"))
			}
			if res.StatusCode < 300 && (res.Header.Get("Content-Type") != "video/mp4" || res.Header.Get("Content-Disposition") != `attachment; filename="ñ b.mp4"`) {
				t.Errorf("headers %v", res.Header)
			}
		})
	}
}

func TestSignature_OtherKey_Refused(t *testing.T) {
	t.Parallel()
	s := fresh(t)
	for name, tc := range map[string]struct{ key, secret, want string }{
		"with another key":    {"other", "secret", "InvalidAccessKeyId"},
		"with another secret": {"local", "other", "SignatureDoesNotMatch"},
	} {
		_, err := client(s.url, tc.key, tc.secret).PutObject(t.Context(), &awss3.PutObjectInput{
			Bucket: aws.String("media"), Key: aws.String("a"), Body: strings.NewReader("x"),
		})
		if code(err) != tc.want {
			t.Errorf("%s: %v, want %s", name, err, tc.want)
		}
	}
	s.offset.Store(int64(time.Hour))
	_, err := s.PutObject(t.Context(), &awss3.PutObjectInput{Bucket: aws.String("media"), Key: aws.String("a"), Body: strings.NewReader("x")})
	if code(err) != "RequestTimeTooSkewed" {
		t.Errorf("an hour late: %v", err)
	}
}

func TestCORS_ConsoleOriginsOnly(t *testing.T) {
	t.Parallel()
	s := fresh(t)
	s.put(t, "a.txt", "hello")
	url := s.presignGet(t, &awss3.GetObjectInput{Key: aws.String("a.txt")})
	for origin, want := range map[string]string{console: console, "https://evil.example": "", "null": ""} {
		res, _ := do(t, "OPTIONS", url, "", "Origin", origin, "Access-Control-Request-Method", "PUT", "Access-Control-Request-Headers", "content-type")
		if got := res.Header.Get("Access-Control-Allow-Origin"); got != want || (res.StatusCode == 200) != (want != "") {
			t.Errorf("preflight from %s: %d, allowed %q", origin, res.StatusCode, got)
		}
		if got := res.Header.Get("Access-Control-Allow-Headers"); want != "" && got != "content-type" {
			t.Errorf("preflight from %s allows headers %q", origin, got)
		}
		res, _ = do(t, "GET", url, "", "Origin", origin)
		if got := res.Header.Values("Access-Control-Allow-Origin"); strings.Join(got, " ") != want {
			t.Errorf("answer to %s: allowed %q", origin, got)
		}
	}
}

func TestObject_Large_RoundTrip(t *testing.T) {
	t.Parallel()
	s := fresh(t)
	body := bytes.Repeat([]byte("0123456789abcdef"), 20<<16) // 20 MiB: more than a BSON document of MongoDB may have
	if _, err := s.PutObject(context.WithoutCancel(t.Context()), &awss3.PutObjectInput{Bucket: aws.String("media"), Key: aws.String("big"), Body: bytes.NewReader(body)}); err != nil {
		t.Fatal(err)
	}
	if got := s.get(t, "big"); got != string(body) {
		t.Errorf("%d bytes came back of %d", len(got), len(body))
	}
}

func TestOpen_MissingOptions_Named(t *testing.T) {
	t.Parallel()
	if _, err := s3.Open(s3.Options{}); err == nil {
		t.Error("an object store without a file was opened")
	}
}

func replace(old, new string) func(string) string {
	return func(s string) string { return strings.Replace(s, old, new, 1) }
}

func code(err error) string {
	var fault smithy.APIError
	if errors.As(err, &fault) {
		return fault.ErrorCode()
	}
	return ""
}
