"""The lines of each statement, and the fields of an overview, in the order of the API."""

from __future__ import annotations

FIELDS = {
    "INCOME_STATEMENT": tuple(
        (
            "grossProfit totalRevenue costOfRevenue costofGoodsAndServicesSold operatingIncome "
            "sellingGeneralAndAdministrative researchAndDevelopment operatingExpenses "
            "investmentIncomeNet netInterestIncome interestIncome interestExpense nonInterestIncome "
            "otherNonOperatingIncome depreciation depreciationAndAmortization incomeBeforeTax "
            "incomeTaxExpense interestAndDebtExpense netIncomeFromContinuingOperations "
            "comprehensiveIncomeNetOfTax ebit ebitda netIncome "
        ).split()
    ),
    "BALANCE_SHEET": tuple(
        (
            "totalAssets totalCurrentAssets cashAndCashEquivalentsAtCarryingValue "
            "cashAndShortTermInvestments inventory currentNetReceivables totalNonCurrentAssets "
            "propertyPlantEquipment accumulatedDepreciationAmortizationPPE intangibleAssets "
            "intangibleAssetsExcludingGoodwill goodwill investments longTermInvestments "
            "shortTermInvestments otherCurrentAssets otherNonCurrentAssets totalLiabilities "
            "totalCurrentLiabilities currentAccountsPayable deferredRevenue currentDebt shortTermDebt "
            "totalNonCurrentLiabilities capitalLeaseObligations longTermDebt currentLongTermDebt "
            "longTermDebtNoncurrent shortLongTermDebtTotal otherCurrentLiabilities "
            "otherNonCurrentLiabilities totalShareholderEquity treasuryStock retainedEarnings "
            "commonStock commonStockSharesOutstanding "
        ).split()
    ),
    "CASH_FLOW": tuple(
        (
            "operatingCashflow paymentsForOperatingActivities proceedsFromOperatingActivities "
            "changeInOperatingLiabilities changeInOperatingAssets depreciationDepletionAndAmortization "
            "capitalExpenditures changeInReceivables changeInInventory profitLoss "
            "cashflowFromInvestment cashflowFromFinancing proceedsFromRepaymentsOfShortTermDebt "
            "paymentsForRepurchaseOfCommonStock paymentsForRepurchaseOfEquity "
            "paymentsForRepurchaseOfPreferredStock dividendPayout dividendPayoutCommonStock "
            "dividendPayoutPreferredStock proceedsFromIssuanceOfCommonStock "
            "proceedsFromIssuanceOfLongTermDebtAndCapitalSecuritiesNet "
            "proceedsFromIssuanceOfPreferredStock proceedsFromRepurchaseOfEquity "
            "proceedsFromSaleOfTreasuryStock changeInCashAndCashEquivalents changeInExchangeRate "
            "netIncome "
        ).split()
    ),
}

OVERVIEW = tuple(
    (
        "Symbol AssetType Name Description CIK Exchange Currency Country Sector Industry Address "
        "OfficialSite FiscalYearEnd LatestQuarter MarketCapitalization EBITDA PERatio PEGRatio "
        "BookValue DividendPerShare DividendYield EPS RevenuePerShareTTM ProfitMargin "
        "OperatingMarginTTM ReturnOnAssetsTTM ReturnOnEquityTTM RevenueTTM GrossProfitTTM "
        "DilutedEPSTTM QuarterlyEarningsGrowthYOY QuarterlyRevenueGrowthYOY AnalystTargetPrice "
        "AnalystRatingStrongBuy AnalystRatingBuy AnalystRatingHold AnalystRatingSell "
        "AnalystRatingStrongSell TrailingPE ForwardPE PriceToSalesRatioTTM PriceToBookRatio "
        "EVToRevenue EVToEBITDA Beta 52WeekHigh 52WeekLow 50DayMovingAverage 200DayMovingAverage "
        "SharesOutstanding SharesFloat PercentInsiders PercentInstitutions DividendDate "
        "ExDividendDate "
    ).split()
)
