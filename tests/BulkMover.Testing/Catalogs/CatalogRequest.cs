using System.Net;

namespace BulkMover.Testing.Catalogs;

/// <summary>What a client asked of a <see cref="CatalogServer"/>.</summary>
/// <param name="Method">GET or POST.</param>
/// <param name="Path">As it was sent: percent-encoded.</param>
/// <param name="Query">Decoded.</param>
/// <param name="Body">Of a POST.</param>
/// <param name="Headers">All of them.</param>
public sealed record CatalogRequest(string Method, string Path, Dictionary<string, string> Query, string Body, Dictionary<string, string> Headers)
{
    public string Header(string name) => Headers.GetValueOrDefault(name, "");

    public static async Task<CatalogRequest> ReadAsync(HttpListenerRequest request)
    {
        string[] halves = request.RawUrl!.Split('?', 2);
        using var reader = new StreamReader(request.InputStream);
        var headers = request.Headers.AllKeys.ToDictionary(name => name!, name => request.Headers[name]!, StringComparer.OrdinalIgnoreCase);
        return new CatalogRequest(request.HttpMethod, halves[0], ParseQuery(halves.Length > 1 ? halves[1] : ""), await reader.ReadToEndAsync(), headers);
    }

    public static Dictionary<string, string> ParseQuery(string query) => query.Split('&', StringSplitOptions.RemoveEmptyEntries)
        .Select(pair => pair.Split('=', 2)).ToDictionary(pair => pair[0], pair => WebUtility.UrlDecode(pair.ElementAtOrDefault(1) ?? ""), StringComparer.Ordinal);
}
