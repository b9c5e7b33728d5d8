using System.Text.Json;
using BulkMover.Core.Errors;

namespace BulkMover.TableFormats.Iceberg.Catalogs;

/// <summary>Looks up what names there are, for the error about one that there is not.</summary>
internal sealed class CatalogNames(CatalogSession session, CatalogRoutes routes, CatalogConfig config)
{
    /// <summary>What fits on a screen.</summary>
    private const int Shown = 20;

    /// <summary>A catalog of a hundred thousand tables is not listed to its end for an error.</summary>
    private const int MaxPages = 50;

    /// <summary>A sentence about the names nearest to the missing table's; empty when the catalog tells none.</summary>
    public async Task<string> NearAsync(CatalogTableName table, CancellationToken cancellationToken)
    {
        try
        {
            if (config.Has(CatalogConfig.ListTables) && await TablesAsync(table.Namespace, cancellationToken) is { } tables)
                return Sentence($"Tables of {CatalogTableName.Encode(table.Namespace)}", tables, "none", table.Name);
            if (!config.Has(CatalogConfig.ListNamespaces))
                return "";
            // The deepest level that exists has the names among which the wrong one was meant to be.
            for (int depth = table.Namespace.Count - 1; depth >= 0; depth--)
            {
                string[] parent = [.. table.Namespace.Take(depth)];
                if (await NamespacesAsync(parent, cancellationToken) is { } namespaces)
                {
                    return $"There is no namespace {CatalogTableName.Encode(table.Namespace)}. "
                        + Sentence(depth == 0 ? "Namespaces" : $"Namespaces below {CatalogTableName.Encode(parent)}", namespaces, "none", table.Namespace[depth]);
                }
            }

            return "";
        }
        catch (BulkMoverException)
        {
            // The error that is to be explained is the one to show; this was only help.
            return "";
        }
    }

    private Task<List<string>?> TablesAsync(IReadOnlyList<string> levels, CancellationToken cancellationToken) =>
        ListAsync(token => routes.ListTables(levels, token), "identifiers", item => item.Required("name").Text(), cancellationToken);

    private Task<List<string>?> NamespacesAsync(IReadOnlyList<string> parent, CancellationToken cancellationToken) =>
        ListAsync(token => routes.ListNamespaces(parent, token), "namespaces", item => CatalogTableName.Encode(item.Items().Select(level => level.Text())), cancellationToken);

    /// <summary>All pages (OpenAPI, <c>PageToken</c>: a missing or null <c>next-page-token</c> ends the list); null when what is listed does not exist.</summary>
    private async Task<List<string>?> ListAsync(Func<string, Uri> page, string member, Func<CatalogJson, string> name, CancellationToken cancellationToken)
    {
        var names = new List<string>();
        string? token = "";
        for (int read = 0; token is not null && read < MaxPages; read++)
        {
            try
            {
                using JsonDocument answer = await session.GetAsync(page(token), tableToken: null, cancellationToken);
                var json = new CatalogJson(answer.RootElement, "a list of names");
                names.AddRange((json.List(member) ?? []).Select(name));
                token = json.Optional("next-page-token")?.Text() is { Length: > 0 } next ? next : null;
            }
            catch (InvalidInputException error) when (error.Code == CatalogErrors.NotFound)
            {
                return null;
            }
        }

        return names;
    }

    private static string Sentence(string what, List<string> names, string none, string meant)
    {
        if (names.Count == 0)
            return $"{what}: {none}.";
        IEnumerable<string> near = names.Count <= Shown ? names
            : names.OrderByDescending(name => SharedStart(name, meant)).ThenBy(name => name, StringComparer.Ordinal).Take(Shown);
        return $"{what}: {string.Join(", ", near)}{(names.Count > Shown ? $" and {names.Count - Shown:N0} more" : "")}.";
    }

    private static int SharedStart(string left, string right) =>
        left.Zip(right).TakeWhile(pair => char.ToLowerInvariant(pair.First) == char.ToLowerInvariant(pair.Second)).Count();
}
